"""An app that a recipe needs: a server on loopback with a function for each path."""

import collections
import http.server
import threading


def not_found(_):
    return 404, {}, ""


class App:
    """`paths`: {path: function(headers) -> (status, headers, text)}; others are 404. Counts the requests of each path."""

    def __init__(self, paths):
        self.paths, self.asked = paths, collections.Counter()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handler(app):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                app.asked[self.path] += 1
                status, headers, text = app.paths.get(self.path, not_found)(self.headers)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
