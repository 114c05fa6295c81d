"""A network between Leat and a source that can be cut and be slow: a TCP proxy in a thread of its own."""
import asyncio
import threading


class Network:
    def __init__(self, target):
        self.target, self.delay, self.is_cut, self.pairs = target, 0, False, set()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.live, args=(ready,), daemon=True).start()
        ready.wait()

    def live(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.carry, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    def url(self, scheme):
        return f"{scheme}://127.0.0.1:{self.port}"

    def cut(self):
        """Ends what is open, in the middle of it, and takes nothing new."""
        self.is_cut = True
        self.loop.call_soon_threadsafe(lambda: [writer.transport.abort() for writer in list(self.pairs)])

    def heal(self):
        self.is_cut = False

    async def carry(self, reader, writer):
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.pairs |= {writer, there}
        await asyncio.gather(self.pour(reader, there), self.pour(there_reader, writer), return_exceptions=True)
        self.pairs -= {writer, there}
        writer.transport.abort()
        there.transport.abort()

    async def pour(self, reader, writer):
        try:
            while piece := await reader.read(1 << 16):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            if writer.can_write_eof():
                try:
                    writer.write_eof()
                except OSError:
                    pass
