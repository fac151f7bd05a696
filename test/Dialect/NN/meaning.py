"""Prints functions for check-numerics: each computes an operation of nn on constants, and returns beside the result what
formulas in plain Python give. They say what the lowering to linalg has to mean."""

import itertools
import math
import random

random.seed(7)
INF = math.inf


class Tensor:
    """A shape and its elements, in row-major order."""

    def __init__(self, shape, elements, type="f64"):
        self.shape, self.elements, self.type = tuple(shape), list(elements), type

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        position = 0
        for i, size in zip(index, self.shape):
            position = position * size + i
        return self.elements[position]

    def mlir_type(self):
        return "tensor<" + "".join(f"{size}x" for size in self.shape) + self.type + ">"

    def constant(self):
        def number(x):
            if self.type == "i32":
                return str(x)
            return {INF: "0x7FF0000000000000", -INF: "0xFFF0000000000000"}.get(x, f"{x:.17e}")

        def nest(shape, elements):
            if not shape:
                return number(elements[0])
            size = len(elements) // shape[0]
            return "[" + ", ".join(nest(shape[1:], elements[i * size : (i + 1) * size]) for i in range(shape[0])) + "]"

        return f"arith.constant dense<{nest(self.shape, self.elements)}> : {self.mlir_type()}"


def indices(*shape):
    return itertools.product(*map(range, shape))


def compute(shape, formula):
    return Tensor(shape, [formula(*index) for index in indices(*shape)])


def floats(*shape):
    return Tensor(shape, [random.uniform(-2, 2) for _ in indices(*shape)])


def ints(shape, elements):
    return Tensor(shape, elements, "i32")


def check(name, op, operands, expected, attributes="", result=0):
    """Prints one function; `expected` are all results, of which `result` is compared."""
    print(f"func.func @{name}() -> ({expected[result].mlir_type()}, {expected[result].mlir_type()}) {{")
    for i, operand in enumerate(operands):
        print(f"  %{i} = {operand.constant()}")
    print(f"  %expected = {expected[result].constant()}")
    arguments = ", ".join(f"%{i}" for i in range(len(operands)))
    types = ", ".join(operand.mlir_type() for operand in operands)
    results = ", ".join(tensor.mlir_type() for tensor in expected)
    print(f"  %r:{len(expected)} = nn.{op} {arguments} {attributes} : ({types}) -> ({results})")
    print(f"  return %r#{result}, %expected : {expected[result].mlir_type()}, {expected[result].mlir_type()}\n}}")


def check_unary(op, attributes, operand, formula):
    """Prints the function of an operation that is written with one type."""
    type = operand.mlir_type()
    expected = Tensor(operand.shape, map(formula, operand.elements))
    print(f"func.func @{op}() -> ({type}, {type}) {{\n  %0 = {operand.constant()}\n  %1 = {expected.constant()}")
    print(f"  %2 = nn.{op} %0 {attributes} : {type}\n  return %2, %1 : {type}, {type}\n}}")


def log_sum_exp(numbers):
    total = sum(math.exp(x) for x in numbers)
    return math.log(total) if total else -INF


def check_attention():
    q, k, v = floats(1, 4, 4, 2), floats(1, 3, 2, 2), floats(1, 3, 2, 2)
    q_positions, k_positions = ints((1, 4), [5, 1, 2, 0]), ints((1, 3), [2, 1, 3])
    for name, causal, window in ("all_keys", False, 0), ("causal", True, 0), ("window", True, 2):

        def sees(t, s):
            distance = q_positions[0, t] - k_positions[0, s]
            return not causal or (distance >= 0 and (window == 0 or distance < window))

        def score(t, h, s):
            return 0.7 * sum(q[0, t, h, d] * k[0, s, h // 2, d] for d in range(2)) if sees(t, s) else -INF

        lse = compute((1, 4, 4), lambda b, h, t: log_sum_exp([score(t, h, s) for s in range(3)]))

        def attend(b, t, h, d):
            seen = [s for s in range(3) if sees(t, s)]
            return sum(math.exp(score(t, h, s) - lse[0, h, t]) * v[0, s, h // 2, d] for s in seen)

        out = compute(q.shape, attend)
        attributes = "scale = 0.7" + (" causal" if causal else "") + (f" window = {window}" if window else "")
        for result, suffix in enumerate(("", "_lse")):
            check(f"attention_{name}{suffix}", "attention", [q, k, v, q_positions, k_positions], [out, lse], attributes, result)


def check_rope():
    positions, frequencies = ints((1, 3), [0, 2, 1000]), [1.0, 0.1]
    cos = compute((1, 3, 2), lambda b, t, f: math.cos(positions[b, t] * frequencies[f]))
    sin = compute((1, 3, 2), lambda b, t, f: math.sin(positions[b, t] * frequencies[f]))
    for result, name in enumerate(("cosines", "sines")):
        check(name, "rope_table", [positions], [cos, sin], "frequencies = dense<[1.0, 0.1]> : tensor<2xf64>", result)
    x = floats(1, 3, 2, 4)
    for name, sign in ("", 1), ("inverse", -1):

        def turn(b, t, h, d):
            f = d % 2
            partner = -x[b, t, h, d + 2] if d < 2 else x[b, t, h, d - 2]
            return x[b, t, h, d] * cos[b, t, f] + sign * partner * sin[b, t, f]

        check(f"rope_{name}", "rope", [x, cos, sin], [compute(x.shape, turn)], name)


def check_classes():
    x = floats(1, 3, 4)
    x.elements[1] = -INF  # padding, which counts nothing
    x.elements[8:12] = [-INF] * 4  # a rank that holds padding alone
    lse = compute((1, 3, 1), lambda b, t, r: log_sum_exp([x[b, t, v] for v in range(4)]))
    check("log_sum_exp", "log_sum_exp", [x], [lse])
    halves = compute((1, 3, 2), lambda b, t, r: log_sum_exp([x[b, t, 2 * r + v] for v in range(2)]))
    check("log_sum_exp_of_halves", "log_sum_exp", [x], [halves])
    dout = floats(1, 3, 1)

    def share(b, t, v):
        return dout[b, t, 0] * math.exp(x[b, t, v] - lse[b, t, 0]) if x[b, t, v] > -INF else 0.0

    check("log_sum_exp_grad", "log_sum_exp_grad", [dout, x, lse], [compute(x.shape, share)])
    targets = ints((1, 3), [0, 3, -1])
    y = floats(1, 3, 4)
    picked = compute((1, 3, 1), lambda b, t, o: y[b, t, targets[b, t]] if targets[b, t] >= 0 else 0.0)
    check("pick", "pick", [y, targets], [picked])
    spread = compute(y.shape, lambda b, t, v: dout[b, t, 0] if v == targets[b, t] else 0.0)
    check("pick_grad", "pick_grad", [dout, targets], [spread])
    check("count", "count", [targets], [Tensor((), [2.0])])
    all_targets = ints((1, 3), [0, 3, 2])
    loss = sum(log_sum_exp([y[0, t, v] for v in range(4)]) - y[0, t, all_targets[0, t]] for t in range(3))
    results = [Tensor((), [loss]), Tensor((), [3.0])]
    for result, name in enumerate(("sum", "count")):
        check(f"cross_entropy_{name}", "cross_entropy", [y, all_targets], results, result=result)


def check_rows():
    ids, table, dout = ints((2, 2), [3, 0, -1, 3]), floats(4, 3), floats(2, 2, 3)
    rows = compute((2, 2, 3), lambda b, t, d: table[ids[b, t], d] if ids[b, t] >= 0 else 0.0)
    check("embedding", "embedding", [ids, table], [rows])
    grad = compute(table.shape, lambda v, d: sum(dout[b, t, d] for b, t in indices(2, 2) if ids[b, t] == v))
    check("embedding_grad", "embedding_grad", [dout, ids], [grad])
    w = floats(3)

    def norm(b, t, d):
        mean = sum(dout[b, t, i] ** 2 for i in range(3)) / 3
        return dout[b, t, d] / math.sqrt(mean + 0.01) * w[d]

    check("rms_norm", "rms_norm", [dout, w], [compute(dout.shape, norm)], "epsilon = 0.01 size = 3")
    plus_one = compute(dout.shape, lambda b, t, d: norm(b, t, d) / w[d] * (1 + w[d]))
    check("rms_norm_plus_one", "rms_norm", [dout, w], [plus_one], "epsilon = 0.01 size = 3 plus_one")

    def layer_norm(b, t, d):
        mean = sum(dout[b, t, i] for i in range(3)) / 3
        variance = sum((dout[b, t, i] - mean) ** 2 for i in range(3)) / 3
        return (dout[b, t, d] - mean) / math.sqrt(variance + 0.01) * w[d] + bias[d]

    bias = floats(3)
    check("layer_norm", "layer_norm", [dout, w, bias], [compute(dout.shape, layer_norm)], "epsilon = 0.01 size = 3")
    check("add_bias", "add_bias", [dout, bias], [compute(dout.shape, lambda *i: dout[i] + bias[i[2]])])
    check("sum_rows", "sum_rows", [dout], [compute((3,), lambda d: sum(dout[b, t, d] for b in range(2) for t in range(2)))])

    def gelu(x):
        return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    check_unary("silu", "", dout, lambda x: x / (1 + math.exp(-x)))
    check_unary("gelu", "", dout, gelu)
    check_unary("scale", "by 0.3", dout, lambda x: 0.3 * x)
    weight = floats(4, 3)
    product = compute((2, 2, 4), lambda b, t, n: sum(dout[b, t, k] * weight[n, k] for k in range(3)))
    check("linear", "linear", [dout, weight], [product])
    flat = Tensor((4, 3), dout.elements)
    check("reshape", "reshape", [dout], [flat], '"b t d -> (b t) d"')


def check_optimizer():
    p, g, m = floats(2, 3), floats(2, 3), floats(2, 3)
    v = compute((2, 3), lambda *i: abs(m[i]))
    rate, c1, c2, scale = 0.01, 1 / (1 - 0.9**3), 1 / (1 - 0.95**3), 0.5
    new_m = compute(p.shape, lambda *i: 0.9 * m[i] + 0.1 * scale * g[i])
    new_v = compute(p.shape, lambda *i: 0.95 * v[i] + 0.05 * (scale * g[i]) ** 2)
    new_p = compute(p.shape, lambda *i: p[i] * (1 - rate * 0.1) - rate * new_m[i] * c1 / (math.sqrt(new_v[i] * c2) + 1e-8))
    operands = [p, g, m, v] + [Tensor((), [x]) for x in (rate, c1, c2, scale)]
    for result, name in enumerate(("parameter", "moment1", "moment2")):
        attributes = "{beta1 = 0.9, beta2 = 0.95, epsilon = 1.0e-8, weight_decay = 0.1}"
        check(f"adamw_{name}", "adamw", operands, [new_p, new_m, new_v], attributes, result)
    for name, norm, expected in ("above", 4.0, 1 / (4 + 1e-6)), ("below", 0.5, 1.0):
        check(f"clip_scale_{name}", "clip_scale", [Tensor((), [norm])], [Tensor((), [expected])], "{max_norm = 1.0}")
    check("clip_scale_off", "clip_scale", [Tensor((), [4.0])], [Tensor((), [1.0])])
    check("square_sum", "square_sum", [p], [Tensor((), [sum(x * x for x in p.elements)])])
    check("sqrt", "sqrt", [v], [compute(p.shape, lambda *i: math.sqrt(v[i]))])


check_attention()
check_rope()
check_classes()
check_rows()
check_optimizer()
