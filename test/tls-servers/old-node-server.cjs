// A TLS server for the Nodes of 2013 to 2019, in the language of the oldest. Prints its port.
// Its one argument is JSON: options of tls.createServer, with files in the place of keys, certificates and parameters.
"use strict";
var fs = require("fs");
var tls = require("tls");

var options = JSON.parse(process.argv[2]);
["key", "cert", "dhparam"].forEach(function (name) {
  if (options[name]) options[name] = fs.readFileSync(options[name]);
});
var server = tls.createServer(options, function (socket) {
  socket.on("error", function () {});
  socket.end();
});
server.on("clientError", function () {});
server.on("tlsClientError", function () {});
// Node 0.10 throws from within for some hellos; the server goes on.
process.on("uncaughtException", function () {});
server.listen(0, "127.0.0.1", function () {
  console.log("port " + server.address().port);
});
