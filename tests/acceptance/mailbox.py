"""mailbox.py FOLDER: a mail server and a chat's webhook on loopback; writes each message into FOLDER as 1.eml, 2.eml,
and what is posted as 1.json. Prints the ports of both, then serves until it is ended."""
import http.server, pathlib, socketserver, sys, threading

folder = pathlib.Path(sys.argv[1])
count = 0


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        global count
        say = lambda text: self.wfile.write((text + '\r\n').encode())
        say('220 mailbox')
        for line in self.rfile:
            word = line[:4].upper()
            if word == b'DATA':
                say('354 go on')
                text = b''
                for each in self.rfile:
                    if each == b'.\r\n':
                        break
                    text += each[1:] if each.startswith(b'..') else each
                count += 1
                (folder / f'{count}.eml').write_bytes(text)
                say('250 kept')
            elif word == b'QUIT':
                return say('221 bye')
            elif b'refused@' in line:
                say('550 there is no such mailbox')
            else:
                say('250 ok')


class Chat(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        (folder / '1.json').write_bytes(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


mail = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Mail)
chat = http.server.HTTPServer(('127.0.0.1', 0), Chat)
threading.Thread(target=chat.serve_forever, daemon=True).start()
print(mail.server_address[1], chat.server_address[1], flush=True)
mail.serve_forever()
