"""An SFTP server (version 3) without any extensions, over standard input and output.

It serves the files of the machine, and is honest about all of them. What is below /faults is not there: with each name
in that folder it does something else that no server may do, see `FAULTS`. Only what is in the standard library is used,
since it runs with the python3 of a server's user.
"""

import errno
import os
import stat
import struct
import sys
import time

OK, EOF, NO_FILE, DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105
CODES = {errno.ENOENT: NO_FILE, errno.EACCES: DENIED, errno.EPERM: DENIED}

# What listings name in /faults/names: one of them is a name.
NAMES = [
    b"good", b"../escaped", b"sub/../../escaped", b"/tmp/escaped", b"zero\0byte", b"", b"..", b".",
]

FAULTS = {
    "wrong-id": "answers have numbers that nobody has asked with",
    "twice": "each answer comes twice",
    "long-packet": "packets say that they are of 2 GiB",
    "cut": "packets are shorter than what is in them",
    "unknown-kind": "packets are of a kind that there is not",
    "other-kind": "answers are none to that question",
    "long-handle": "handles have 10,000 bytes",
    "long-read": "more bytes come than were asked for",
    "no-bytes": "no bytes come, and no end",
    "endless": "listings have no end",
    "no-names": "listings have parts with nothing in them, without end",
    "names": "listings have names that are none",
    "late": "files take a second to be opened",
    "dies": "the server ends",
}


def string(data):
    return struct.pack(">I", len(data)) + data


class Reader:
    def __init__(self, data):
        self.data, self.place = data, 0

    def number(self, form=">I"):
        size = struct.calcsize(form)
        (value,) = struct.unpack(form, self.data[self.place:self.place + size])
        self.place += size
        return value

    def string(self):
        size = self.number()
        self.place += size
        return self.data[self.place - size:self.place]

    def attributes(self):
        """The attributes that are there: size, owner, mode, times."""
        flags, found = self.number(), {}
        if flags & 1:
            found["size"] = self.number(">Q")
        if flags & 2:
            found["owner"] = (self.number(), self.number())
        if flags & 4:
            found["mode"] = self.number()
        if flags & 8:
            found["times"] = (self.number(), self.number())
        return found


def attributes(status):
    return struct.pack(
        ">IQIIIII", 15, status.st_size, status.st_uid, status.st_gid, status.st_mode,
        int(status.st_atime), int(status.st_mtime))


def made_up(is_folder=False, size=4):
    return struct.pack(">IQI", 5, size, stat.S_IFDIR | 0o755 if is_folder else stat.S_IFREG | 0o644)


class Server:
    def __init__(self):
        self.files, self.folders, self.count = {}, {}, 0
        self.fault = None

    # Packets

    def send(self, kind, number, body):
        packet = struct.pack(">BI", kind, number) + body
        fault = self.fault
        if fault == "wrong-id":
            packet = struct.pack(">BI", kind, number + 1000) + body
        elif fault == "cut":
            packet = packet[:7]
        elif fault == "unknown-kind":
            packet = struct.pack(">BI", 250, number) + body
        elif fault == "dies":
            sys.exit(3)
        length = 0x7FFFFFFF if fault == "long-packet" else len(packet)
        whole = struct.pack(">I", length) + packet
        sys.stdout.buffer.write(whole * (2 if fault == "twice" else 1))
        sys.stdout.buffer.flush()

    def status(self, number, code, text=b""):
        self.send(STATUS, number, struct.pack(">I", code) + string(text) + string(b""))

    def names(self, number, entries):
        body = struct.pack(">I", len(entries))
        for name, about in entries:
            body += string(name) + string(b"") + about
        self.send(NAME, number, body)

    def run(self):
        read = sys.stdin.buffer.read
        while head := read(4):
            body = read(struct.unpack(">I", head)[0])
            kind, reader = body[0], Reader(body[1:])
            number = reader.number()
            if kind == 1:
                self.send(2, 3, b"")
                continue
            try:
                self.answer(kind, number, reader)
            except OSError as error:
                code = CODES.get(error.errno, FAILURE)
                self.status(number, code, error.strerror.encode())

    # Requests

    def answer(self, kind, number, reader):
        first = reader.string()
        if kind in (3, 7, 9, 11, 13, 14, 15, 16, 17, 18, 19, 20) and first.startswith(b"/faults"):
            return self.begin_fault(kind, number, first)
        if kind in (4, 5, 8, 10, 12) and first.startswith(b"fault:"):
            return self.go_on_with_fault(kind, number, first, reader)
        self.fault = None
        name = {
            3: "open", 4: "close", 5: "read", 6: "write", 7: "lstat", 8: "fstat", 9: "setstat",
            10: "fsetstat", 11: "opendir", 12: "readdir", 13: "remove", 14: "mkdir", 15: "rmdir",
            16: "realpath", 17: "stat", 18: "rename", 19: "readlink", 20: "symlink",
        }.get(kind)
        if name is None:
            return self.status(number, UNSUPPORTED)
        getattr(self, name)(number, first, reader)

    def new_handle(self, number, table, value):
        self.count += 1
        handle = b"%d" % self.count
        table[handle] = value
        self.send(HANDLE, number, string(handle))

    def open(self, number, path, reader):
        wanted, given = reader.number(), reader.attributes()
        flags = {1: os.O_RDONLY, 2: os.O_WRONLY, 3: os.O_RDWR}[wanted & 3]
        for bit, flag in ((8, os.O_CREAT), (16, os.O_TRUNC), (32, os.O_EXCL)):
            flags |= flag if wanted & bit else 0
        file = os.open(path, flags, given.get("mode", 0o666) & 0o777)
        self.new_handle(number, self.files, file)

    def close(self, number, handle, reader):
        if handle in self.files:
            os.close(self.files.pop(handle))
        self.folders.pop(handle, None)
        self.status(number, OK)

    def read(self, number, handle, reader):
        offset, length = reader.number(">Q"), reader.number()
        data = os.pread(self.files[handle], min(length, 32768), offset)
        if data:
            self.send(DATA, number, string(data))
        else:
            self.status(number, EOF)

    def write(self, number, handle, reader):
        offset, data = reader.number(">Q"), reader.string()
        os.pwrite(self.files[handle], data, offset)
        self.status(number, OK)

    def set(self, number, where, given):
        if "size" in given:
            os.truncate(where, given["size"])
        if "mode" in given:
            os.chmod(where, given["mode"] & 0o7777)
        if "times" in given:
            os.utime(where, given["times"])
        self.status(number, OK)

    def setstat(self, number, path, reader):
        self.set(number, path, reader.attributes())

    def fsetstat(self, number, handle, reader):
        self.set(number, self.files[handle], reader.attributes())

    def stat(self, number, path, reader):
        self.send(ATTRS, number, attributes(os.stat(path)))

    def lstat(self, number, path, reader):
        self.send(ATTRS, number, attributes(os.lstat(path)))

    def fstat(self, number, handle, reader):
        self.send(ATTRS, number, attributes(os.fstat(self.files[handle])))

    def opendir(self, number, path, reader):
        names = os.listdir(path)
        self.new_handle(number, self.folders, [(n, os.lstat(os.path.join(path, n))) for n in names])

    def readdir(self, number, handle, reader):
        names = self.folders[handle]
        self.folders[handle] = []
        if not names:
            return self.status(number, EOF)
        self.names(number, [(name, attributes(about)) for name, about in names])

    def remove(self, number, path, reader):
        os.unlink(path)
        self.status(number, OK)

    def mkdir(self, number, path, reader):
        os.mkdir(path)
        self.status(number, OK)

    def rmdir(self, number, path, reader):
        os.rmdir(path)
        self.status(number, OK)

    def realpath(self, number, path, reader):
        self.names(number, [(os.path.realpath(path), struct.pack(">I", 0))])

    def rename(self, number, path, reader):
        new = reader.string()
        # Version 3 replaces nothing.
        if os.path.lexists(new):
            return self.status(number, FAILURE, b"Failure")
        os.rename(path, new)
        self.status(number, OK)

    def readlink(self, number, path, reader):
        self.names(number, [(os.readlink(path), struct.pack(">I", 0))])

    def symlink(self, number, target, reader):
        os.symlink(target, reader.string())
        self.status(number, OK)

    # Faults

    def begin_fault(self, kind, number, path):
        parts = path.decode().split("/")[2:]
        fault = parts[0] if parts else ""
        is_folder = len(parts) < 2
        self.fault = None
        if kind in (7, 17):
            if fault in ("wrong-id", "twice", "long-packet", "cut", "unknown-kind", "dies"):
                self.fault = fault
            if fault == "other-kind":
                return self.send(DATA, number, string(b"data"))
            return self.send(ATTRS, number, made_up(is_folder))
        if kind == 19:
            return self.status(number, FAILURE)
        if fault == "late":
            time.sleep(1)
            return self.new_handle(number, self.files, os.open("/etc/passwd", os.O_RDONLY))
        handle = b"fault:" + fault.encode()
        self.send(HANDLE, number, string(handle + (b"x" * 10000 if fault == "long-handle" else b"")))

    def go_on_with_fault(self, kind, number, handle, reader):
        fault = handle.decode().split(":")[1].rstrip("x")
        self.fault = None
        if kind == 4 or kind == 10:
            return self.status(number, OK)
        if kind == 8:
            return self.send(ATTRS, number, made_up())
        if kind == 12:
            if fault == "endless":
                self.count += 1
                entries = [(b"%d-%d" % (self.count, n), made_up()) for n in range(3000)]
            elif fault == "no-names":
                entries = []
            else:
                self.count += 1
                if self.count > 1:
                    return self.status(number, EOF)
                entries = [(name, made_up()) for name in NAMES]
            return self.names(number, entries)
        offset, length = reader.number(">Q"), reader.number()
        if fault == "long-read":
            self.send(DATA, number, string(b"x" * (length + 1000)))
        elif fault == "no-bytes":
            self.send(DATA, number, string(b""))
        else:
            data = b"good"[offset:offset + length]
            return self.send(DATA, number, string(data)) if data else self.status(number, EOF)


Server().run()
