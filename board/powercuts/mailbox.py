"""A mailbox, and a POP3 server for it (RFC 1939): what a session deletes is gone only with its QUIT."""
from email.utils import formatdate


class Alert:
    """What a message is about. `kind` is its rule's name: what becomes of the message, and on-crash."""

    def __init__(self, number, kind, life, rng):
        self.number, self.kind = number, kind
        self.is_newsletter = kind == "newsletter"  # No rule takes it.
        self.stays = kind.startswith(("keep", "newsletter"))
        self.fires_again = kind.endswith("again")
        now = formatdate()
        lines = ["".join(rng.choices("popbell .", k=rng.randrange(72))) for _ in range(rng.randrange(150))]
        self.header = (
            f"Received: from panel.example.net by mail.example.net; {now}\r\nDate: {now}\r\n"
            f"From: panel@panel.example.net\r\nSubject: {kind} {number}\r\n"
            f"Message-ID: <{number}.{life}@panel.example.net>\r\n\r\n").encode()
        self.body = "".join(line + "\r\n" for line in lines).encode()

        self.fired = 0
        self.allowed = 1  # How often it may fire.
        self.is_in_doubt = False  # The power went when it may have been about to fire.

    def __str__(self):
        return f"{self.kind} {self.number}"


class Message:
    """An alert in the mailbox, which may be there twice. No `uidl` may look like a message's number."""

    def __init__(self, alert, uidl):
        self.alert, self.uidl, self.size = alert, uidl, len(alert.header) + len(alert.body)


class Session:
    """`messages` is the mailbox; `owner` is told of what matters, and asked whether the power is on."""

    def __init__(self, messages, owner):
        self.messages, self.owner = messages, owner
        self.numbered = dict(enumerate(list(messages), 1))
        self.deleted = []
        self.told = []  # The alerts whose headers were sent.

    async def serve(self, reader, writer):
        writer.write(b"+OK\r\n")
        while words := (await reader.readline()).decode().split():
            if not self.owner.is_on:
                return
            command = words[0].upper()
            if command in ("USER", "PASS", "NOOP"):
                answer = [b"+OK"]
            else:
                answer = self.answer(command, *map(int, words[1:]))
            if not self.owner.is_on:
                return
            writer.write(b"".join(line + b"\r\n" for line in answer))
            if command == "QUIT":
                return self.owner.has_quit()

    def answer(self, command, number=None, _=None):
        message = self.numbered.get(number)
        if number and not message:
            return [b"-ERR no such message"]
        if command == "CAPA":
            return [b"+OK", b"TOP", b"UIDL", b"USER", b"PIPELINING", b"."]
        if command == "STAT":
            return [b"+OK %d %d" % (len(self.numbered), sum(m.size for m in self.numbered.values()))]
        if command in ("LIST", "UIDL"):
            rows = {n: b"%d %s" % (n, m.uidl if command == "UIDL" else b"%d" % m.size)
                    for n, m in self.numbered.items()}
            return [b"+OK " + rows[number]] if number else [b"+OK", *rows.values(), b"."]
        if command == "TOP":
            self.told.append(message.alert)
            return [b"+OK", *message.alert.header.split(b"\r\n")[:-1], b"."]
        if command == "RETR":
            self.owner.archives(message.alert)
            lines = (message.alert.header + message.alert.body).split(b"\r\n")[:-1]
            return [b"+OK", *(b"." * line.startswith(b".") + line for line in lines), b"."]
        if command == "DELE":
            self.owner.deletes(message.alert)
            self.deleted.append(self.numbered.pop(number))
            return [b"+OK"]
        if command == "QUIT":
            if self.owner.quits():
                for message in self.deleted:
                    self.messages.remove(message)
                self.owner.has_removed()
            return [b"+OK"]
        return [b"-ERR unknown command"]
