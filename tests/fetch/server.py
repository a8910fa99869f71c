"""A local HTTP server with the faults that downloads meet. Usage: server.py FOLDER

Serves FOLDER/<name> as /<mode>/<name>; writes its port to FOLDER/.port and a line of JSON for every
request to FOLDER/.log. "First" in a mode means the first request for that path.
"""
import json
import pathlib
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = pathlib.Path(sys.argv[1])
lock = threading.Lock()
seen = {}
PAGE = b"<!DOCTYPE html>\n<html><title>Sign in</title></html>\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.close_connection = True
        path = self.path.split("://", 1)[-1]  # asked as a proxy: with scheme and host
        _, mode, name = path[path.index("/"):].split("/", 2)
        with lock:
            self.times = seen[path] = seen.get(path, 0) + 1
            with open(folder / ".log", "a") as log:
                log.write(json.dumps({"path": self.path, "range": self.headers.get("Range", ""),
                                      "if_range": self.headers.get("If-Range", ""),
                                      "agent": self.headers.get("User-Agent", "")}) + "\n")
        try:
            self.answer(mode, name.split("?")[0])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def head(self, status, length=None, **headers):
        self.send_response(status)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def words(self, status, text=b"words of the server", **headers):
        self.head(status, len(text), **headers)
        self.wfile.write(text)

    def answer(self, mode, name):
        first = self.times == 1
        if mode.isdigit():
            return self.words(int(mode))
        if mode == "busy" and self.times <= 2:
            return self.words(503, Retry_After="0")
        if mode == "html":
            return self.words(200, PAGE, Content_Type="text/html; charset=utf-8")
        if mode == "liar":
            return self.words(200, PAGE, Content_Type="application/octet-stream")
        if mode == "redirect":
            return self.words(302, Location="/ok/" + name)
        if mode == "loop":
            return self.words(302, Location=self.path)
        if mode == "tofile":
            return self.words(302, Location="file:///etc/hostname")
        data = (folder / name).read_bytes()
        etag = '"1"'
        if mode in ("changed", "silent") and not first:
            data, etag = (folder / (name + ".new")).read_bytes(), '"2"'
        if mode == "chunked":
            self.head(200, Transfer_Encoding="chunked")
            for at in range(0, len(data), 50000):
                part = data[at:at + 50000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            return self.wfile.write(b"0\r\n\r\n")
        self.whole_or_rest(mode, data, etag, first)

    def whole_or_rest(self, mode, data, etag, first):
        headers = {"ETag": etag, "Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
        if mode == "weak":
            headers["ETag"] = 'W/"1"'
        if mode in ("silent", "norange", "alwayscut"):
            headers = {}
        begin = 0
        wanted = self.headers.get("Range", "")
        condition = self.headers.get("If-Range", "")
        if wanted and mode not in ("norange", "alwayscut"):
            if not condition or condition in headers.values():
                begin = int(wanted[len("bytes="):-1])
        if begin >= len(data) > 0 and begin > 0:
            return self.words(416, Content_Range="bytes */%d" % len(data))
        if begin > 0:
            told = begin + 7 if mode == "wrongrange" else begin
            headers["Content_Range"] = "bytes %d-%d/%d" % (told, len(data) - 1, len(data))
        self.head(206 if begin > 0 else 200, len(data) - begin, **headers)
        body = data[begin:]
        if mode == "alwayscut" or (first and mode not in ("ok", "slow", "busy")):
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            if mode == "stall":
                time.sleep(20)
            return
        if mode == "slow" and first:
            for at in range(0, len(body), 20000):
                self.wfile.write(body[at:at + 20000])
                self.wfile.flush()
                time.sleep(0.1)
            return
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
(folder / ".port.new").write_text(str(server.server_address[1]))
(folder / ".port.new").rename(folder / ".port")
server.serve_forever()
