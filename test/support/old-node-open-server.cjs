// A server for Node 0.10 that shows what the OpenSSL inside says: it sends the alerts that Node drops when a handshake fails,
// as other programs of the same OpenSSL do, and keeps connections open. Prints its port.
// Arguments: key file, certificate file, how many renegotiations it allows to a client.
"use strict";
var fs = require("fs");
var tls = require("tls");

var pairs = Object.getPrototypeOf(tls.createSecurePair(null, true));
var fail = pairs.error;
pairs.error = function () {
  var socket = this.cleartext.socket;
  if (this.ssl && socket) {
    // It gives nothing out as long as the error stands.
    var error = this.ssl.error;
    this.ssl.error = null;
    var rest = new Buffer(16384);
    var bytes = this.ssl.encOut(rest, 0, rest.length);
    if (bytes > 0) socket.write(rest.slice(0, bytes));
    this.ssl.error = error;
  }
  return fail.apply(this, arguments);
};
tls.CLIENT_RENEG_LIMIT = Number(process.argv[4]);
var options = {
  key: fs.readFileSync(process.argv[2]),
  cert: fs.readFileSync(process.argv[3]),
  ciphers: "ALL:COMPLEMENTOFALL",
};
var server = tls.createServer(options, function (socket) {
  // Among others for a renegotiation too many, which Node itself lets pass.
  socket.on("error", function () {
    socket.destroy();
  });
  socket.resume();
});
server.on("clientError", function () {});
process.on("uncaughtException", function () {});
server.listen(0, "127.0.0.1", function () {
  console.log("port " + server.address().port);
});
