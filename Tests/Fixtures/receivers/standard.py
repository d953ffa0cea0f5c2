"""Receives deliveries with the `standardwebhooks` package. WEBHOOK_SECRET is the secret; prints the port it listens on."""
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

verifier = Webhook(os.environ["WEBHOOK_SECRET"])


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            verifier.verify(body, dict(self.headers.items()))
            status, text = 200, b"OK"
        except (WebhookVerificationError, ValueError) as error:
            status, text = 401, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print("listening", server.server_address[1], flush=True)
# Ends by itself should the test that started it be gone.
threading.Timer(120, server.shutdown).start()
server.serve_forever()
