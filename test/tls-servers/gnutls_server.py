"""A server of the GnuTLS library on a free port of 127.0.0.1, which it prints; gnutls-serv itself listens on every address.

Its one argument is JSON: priority, and any of certificates ([certificate file, key file] each), anonymous, psk (a file).
"""

import ctypes
import json
import socket
import sys
import threading

CERTIFICATE, ANONYMOUS, PSK = 1, 2, 4
SERVER, PEM = 1, 1
HANDSHAKE_MS = 5000
MEDIUM = 35

gnutls = ctypes.CDLL("libgnutls.so.30")
gnutls.gnutls_strerror.restype = ctypes.c_char_p


def must(code):
    if code < 0:
        raise RuntimeError(gnutls.gnutls_strerror(code).decode())


def credentials(settings):
    """Credentials as gnutls-serv sets them: with the library's own Diffie-Hellman parameters of medium strength."""
    found = []
    if settings.get("certificates"):
        own = ctypes.c_void_p()
        must(gnutls.gnutls_certificate_allocate_credentials(ctypes.byref(own)))
        for certificate, key in settings["certificates"]:
            must(gnutls.gnutls_certificate_set_x509_key_file(own, certificate.encode(), key.encode(), PEM))
        must(gnutls.gnutls_certificate_set_known_dh_params(own, MEDIUM))
        found.append((CERTIFICATE, own))
    if settings.get("anonymous"):
        own = ctypes.c_void_p()
        must(gnutls.gnutls_anon_allocate_server_credentials(ctypes.byref(own)))
        must(gnutls.gnutls_anon_set_server_known_dh_params(own, MEDIUM))
        found.append((ANONYMOUS, own))
    if settings.get("psk"):
        own = ctypes.c_void_p()
        must(gnutls.gnutls_psk_allocate_server_credentials(ctypes.byref(own)))
        must(gnutls.gnutls_psk_set_server_credentials_file(own, settings["psk"].encode()))
        must(gnutls.gnutls_psk_set_server_known_dh_params(own, MEDIUM))
        found.append((PSK, own))
    return found


def serve(connection, priority, held):
    session = ctypes.c_void_p()
    must(gnutls.gnutls_init(ctypes.byref(session), SERVER))
    try:
        must(gnutls.gnutls_priority_set_direct(session, priority.encode(), None))
        for kind, own in held:
            must(gnutls.gnutls_credentials_set(session, kind, own))
        gnutls.gnutls_transport_set_int2(session, connection.fileno(), connection.fileno())
        gnutls.gnutls_handshake_set_timeout(session, HANDSHAKE_MS)
        code = gnutls.gnutls_handshake(session)
        while code < 0 and not gnutls.gnutls_error_is_fatal(code):
            code = gnutls.gnutls_handshake(session)
        if code < 0:
            gnutls.gnutls_alert_send_appropriate(session, code)
        else:
            gnutls.gnutls_bye(session, 1)
    finally:
        gnutls.gnutls_deinit(session)
        connection.close()


def main():
    settings = json.loads(sys.argv[1])
    held = credentials(settings)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(f"port {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, settings["priority"], held), daemon=True).start()


main()
