import java.io.FileInputStream;
import java.security.KeyStore;
import java.util.Collections;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * A server of the JDK on a free port of 127.0.0.1.
 * Arguments: `serve` or `list`, PKCS #12 stores of the password `changeit` joined by commas, protocols ("default" or joined by commas),
 * suites ("default" or "all"), whose order decides ("server" or "client").
 * `list` prints the enabled protocols and suites instead of serving them.
 */
public class JsseServer {
  public static void main(String[] arguments) throws Exception {
    char[] password = "changeit".toCharArray();
    KeyStore all = KeyStore.getInstance("PKCS12");
    all.load(null, null);
    for (String name : arguments[1].split(",")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (FileInputStream file = new FileInputStream(name)) {
        store.load(file, password);
      }
      for (String alias : Collections.list(store.aliases())) {
        all.setKeyEntry(
            alias, store.getKey(alias, password), password, store.getCertificateChain(alias));
      }
    }
    // The newer kind of key manager turns away the small and old keys that this is about.
    KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(all, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLServerSocket server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 128, java.net.InetAddress.getByName("127.0.0.1"));
    if (!arguments[2].equals("default")) server.setEnabledProtocols(arguments[2].split(","));
    if (arguments[3].equals("all")) server.setEnabledCipherSuites(server.getSupportedCipherSuites());
    SSLParameters parameters = server.getSSLParameters();
    parameters.setUseCipherSuitesOrder(arguments[4].equals("server"));
    server.setSSLParameters(parameters);
    if (arguments[0].equals("list")) {
      System.out.println("protocols " + String.join(" ", server.getEnabledProtocols()));
      System.out.println("suites " + String.join(" ", server.getEnabledCipherSuites()));
      return;
    }
    System.out.println("port " + server.getLocalPort());
    var threads = Executors.newCachedThreadPool();
    while (true) {
      SSLSocket socket = (SSLSocket) server.accept();
      threads.execute(() -> handshake(socket));
    }
  }

  private static void handshake(SSLSocket socket) {
    try (socket) {
      socket.setSoTimeout(5000);
      socket.startHandshake();
    } catch (java.io.IOException refused) {
      // The client has been told by an alert.
    }
  }
}
