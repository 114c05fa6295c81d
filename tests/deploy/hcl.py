"""Reads as much of HCL as Terraform files use: blocks, attributes, and the text of expressions.

A block is Block(kind, labels, attributes, blocks, line); an attribute's value is the text of its expression. Raises
SyntaxError with file and line for what is no HCL: an open bracket, quote or heredoc, a line that is neither.
"""
import re
from dataclasses import dataclass, field

OPEN = {"{": "}", "[": "]", "(": ")"}


@dataclass
class Block:
    kind: str
    labels: list
    line: int
    attributes: dict = field(default_factory=dict)
    blocks: list = field(default_factory=list)

    def of(self, kind):
        return [block for block in self.blocks if block.kind == kind]


class Reader:
    def __init__(self, text, path):
        self.text, self.path, self.at = text, path, 0

    def fail(self, what, at=None):
        line = self.text.count("\n", 0, self.at if at is None else at) + 1
        raise SyntaxError(f"{self.path}:{line}: {what}")

    def line(self):
        return self.text.count("\n", 0, self.at) + 1

    def blanks(self, newlines=True):
        pattern = r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*" if newlines else r"[ \t]*"
        self.at = re.compile(pattern, re.S).match(self.text, self.at).end()

    def string(self):
        """Moves behind a quoted string, whose templates may hold strings themselves."""
        begun, self.at = self.at, self.at + 1
        while self.at < len(self.text):
            rest = self.text[self.at:self.at + 2]
            if rest[:1] == "\\":
                self.at += 2
            elif rest == "${" and self.text[self.at - 1] != "$" or rest == "%{" and self.text[self.at - 1] != "%":
                self.at += 1
                self.bracket()
            elif rest[:1] == '"':
                self.at += 1
                return
            elif rest[:1] == "\n":
                break
            else:
                self.at += 1
        self.fail("a string is not closed", begun)

    def bracket(self):
        """Moves behind a bracket and all that it holds."""
        begun = self.at
        closing = OPEN[self.text[self.at]]
        self.at += 1
        while self.at < len(self.text):
            self.blanks()
            c = self.text[self.at:self.at + 1]
            if c == closing:
                self.at += 1
                return
            if c in OPEN:
                self.bracket()
            elif c == '"':
                self.string()
            elif c in (")", "]", "}"):
                self.fail(f"`{c}` closes nothing")
            elif self.text.startswith("<<", self.at):
                self.heredoc()
            else:
                self.at += 1
        self.fail(f"`{self.text[begun]}` is not closed", begun)

    def heredoc(self):
        opened = re.compile(r"<<-?(\w+)\n").match(self.text, self.at)
        if not opened:
            self.fail("a heredoc needs a word")
        closed = re.compile(rf"^\s*{opened[1]}$", re.M).search(self.text, opened.end())
        if not closed:
            self.fail(f"the heredoc {opened[1]} is not closed")
        self.at = closed.end()

    def expression(self):
        begun = self.at
        while self.at < len(self.text) and self.text[self.at] not in "\n#}":
            c = self.text[self.at]
            if c in OPEN:
                self.bracket()
            elif c == '"':
                self.string()
            elif self.text.startswith("<<", self.at):
                self.heredoc()
            else:
                self.at += 1
        text = self.text[begun:self.at].strip()
        if not text:
            self.fail("an attribute has no value")
        return text

    def body(self, block, closing=""):
        word = re.compile(r"[A-Za-z_][\w-]*")
        while True:
            self.blanks()
            if self.at >= len(self.text):
                if closing:
                    self.fail(f"the block of line {block.line} is not closed")
                return block
            if closing and self.text[self.at] == closing:
                self.at += 1
                return block
            name = word.match(self.text, self.at)
            if not name:
                self.fail(f"unexpected `{self.text[self.at]}`")
            line, self.at = self.line(), name.end()
            self.blanks(newlines=False)
            if self.text[self.at] == "=" and self.text[self.at:self.at + 2] != "==":
                self.at += 1
                self.blanks(newlines=False)
                if name[0] in block.attributes:
                    self.fail(f"`{name[0]}` is set twice")
                block.attributes[name[0]] = self.expression()
                continue
            labels = []
            while self.text[self.at] != "{":
                label = re.compile(r'"([^"\n]*)"|([\w-]+)').match(self.text, self.at)
                if not label:
                    self.fail(f"`{name[0]}` is neither an attribute nor a block")
                labels.append(label[1] if label[1] is not None else label[2])
                self.at = label.end()
                self.blanks(newlines=False)
            self.at += 1
            block.blocks.append(self.body(Block(name[0], labels, line), "}"))


def parse(text, path):
    return Reader(text, path).body(Block("", [], 1))
