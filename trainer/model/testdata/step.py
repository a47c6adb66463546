"""The training step of hyt's transformer in PyTorch, for BenchmarkStepBesidePyTorch.

Reads the shape as JSON from the first line of stdin, then, for each further line, a
number of steps to take, and prints the seconds that they took. The network is that
of trainer/model: convolutional stem, prefix and suffix through the same blocks,
causal text, action queries, every head; the step is forward, backward, clipping and
AdamW.
"""
import json
import math
import os
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

c = json.loads(sys.stdin.readline())
torch.set_num_threads(c["threads"])
torch.manual_seed(1)
B, d, H = c["batch"], c["width"], c["heads"]
TEXT, CHUNK, DIMS, VOCAB, LAYERS = c["text"], c["chunk"], c["dims"], c["vocab"], c["layers"]
IMAGE, PREFIX = 64, 65
THINGS, POINTS, CELL = 25, 3, 2


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * self.gain


class Block(nn.Module):
    def __init__(self, last):
        super().__init__()
        self.last = last
        self.norm1, self.norm2 = Norm(), Norm()
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.up, self.down = nn.Linear(d, c["hidden"]), nn.Linear(c["hidden"], d, bias=False)

    def heads(self, x):
        return x.view(B, -1, H, d // H).transpose(1, 2)

    def rest(self, x, q, k, v, mask):
        scores = q @ k.transpose(-1, -2) / math.sqrt(d // H)
        if mask is not None:
            scores = scores + mask
        y = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(B, -1, d)
        x = x + self.o(y)
        return x + self.down(F.silu(self.up(self.norm2(x))))

    def forward(self, prefix, suffix, mask):
        p, s = self.norm1(prefix), self.norm1(suffix)
        pk, pv = self.heads(self.k(p)), self.heads(self.v(p))
        k = torch.cat([pk, self.heads(self.k(s))], 2)
        v = torch.cat([pv, self.heads(self.v(s))], 2)
        suffix = self.rest(suffix, self.heads(self.q(s)), k, v, mask)
        if self.last:
            return prefix, suffix
        return self.rest(prefix, self.heads(self.q(p)), pk, pv, None), suffix


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem1 = nn.Conv2d(3, c["stem1"], 5, stride=2, padding=2)
        self.stem2 = nn.Linear(4 * c["stem1"], c["stem2"])
        self.stem3 = nn.Linear(4 * c["stem2"], d)
        self.pos = nn.Parameter(torch.randn(IMAGE, d))
        self.p1, self.p2 = nn.Linear(c["proprio"] * 9, d), nn.Linear(d, d)
        self.embed = nn.Embedding(VOCAB, d)
        self.text_pos = nn.Parameter(0.3 * torch.randn(c["positions"], d))
        self.queries = nn.Parameter(torch.randn(CHUNK, d))
        self.blocks = nn.ModuleList(Block(i == LAYERS - 1) for i in range(LAYERS))
        self.norm, self.head = Norm(), nn.Linear(d, VOCAB, bias=False)
        self.action, self.point = nn.Linear(d, DIMS), nn.Linear(d, POINTS)
        self.thing, self.offset = nn.Linear(d, THINGS), nn.Linear(d, CELL)

    def fold(self, x, side):
        return x.view(B, side // 2, 2, side // 2, 2, -1).transpose(2, 3).reshape(B, side * side // 4, -1)

    def forward(self, image, proprio, tokens, mask):
        x = F.silu(self.stem1(image)).permute(0, 2, 3, 1).reshape(B, 32 * 32, -1)
        x = F.silu(self.stem2(self.fold(x, 32)))
        x = self.stem3(self.fold(x, 16)) + self.pos
        parts = [proprio]
        for f in (0.5, 1, 2, 4):
            parts += [torch.sin(math.pi * f * proprio), torch.cos(math.pi * f * proprio)]
        p = self.p2(F.silu(self.p1(torch.cat(parts, 1))))
        prefix = torch.cat([x, p[:, None]], 1)
        text = self.embed(tokens) + self.text_pos[:TEXT]
        suffix = torch.cat([text, self.queries.expand(B, -1, -1)], 1)
        for block in self.blocks:
            seen = prefix
            prefix, suffix = block(prefix, suffix, mask)
        out = self.norm(suffix)
        cells = seen[:, :IMAGE]
        return self.head(out[:, :TEXT]), self.action(out[:, TEXT:]), self.point(out), self.thing(cells), self.offset(cells)


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
image, proprio = torch.rand(B, 3, 64, 64) * 2 - 1, torch.rand(B, c["proprio"])
tokens, targets = torch.randint(VOCAB, (B, TEXT)), torch.randint(VOCAB, (B, TEXT))
actions, points = torch.rand(B, CHUNK, DIMS) * 2 - 1, torch.rand(B, TEXT + CHUNK, POINTS)
things, offsets = torch.randint(THINGS, (B, IMAGE)), torch.rand(B, IMAGE, CELL)
mask = torch.zeros(1, 1, TEXT + CHUNK, PREFIX + TEXT + CHUNK)
for row in range(TEXT):
    mask[0, 0, row, PREFIX + row + 1:] = -1e9


def step():
    logits, act, point, thing, offset = net(image, proprio, tokens, mask)
    off = act - actions
    loss = off.abs().mean() + (off * off).mean() + F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss = loss + (point - points).abs().mean() + F.cross_entropy(thing.flatten(0, 1), things.flatten())
    loss = loss + (offset - offsets).abs().mean()
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()


libraries = {os.path.basename(os.path.realpath(l.split()[-1])) for l in open("/proc/self/maps") if ".so" in l}
blas = " ".join(sorted(l for l in libraries if "blas" in l or "mkl" in l or "blis" in l)) or "its built-in BLAS"
print(json.dumps({"version": torch.__version__, "blas": blas, "weights": sum(p.numel() for p in net.parameters())}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - start, flush=True)
