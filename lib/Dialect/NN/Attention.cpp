//===- Attention.cpp - nn.attention and its gradient -------------------------------------------===//
//
// The lowerings are the oracle of the library's blocked attention: they hold all scores [b, t, heads, s] at once.
//
//=== ------------------------------------------------------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <limits>

using namespace mlir;
using namespace shardc;
using namespace shardc::nn;

namespace {

constexpr double minusInfinity = -std::numeric_limits<double>::infinity();

/// What attention and its gradient have in common.
struct AttentionShape {
  AttentionShape(Value q, Value k, bool causal, std::optional<uint64_t> window, double scale)
      : q(shapeOf(q)), k(shapeOf(k)), element(elementTypeOf(q)), causal(causal), window(window.value_or(0)),
        scale(scale) {}

  int64_t batch() const { return q[0]; }
  int64_t queries() const { return q[1]; }
  int64_t heads() const { return q[2]; }
  int64_t dim() const { return q[3]; }
  int64_t keys() const { return k[1]; }
  int64_t keyHeads() const { return k[2]; }
  /// The key head that query head h reads, as a term of an indexing map.
  std::string keyHead() const { return "h/" + std::to_string(heads() / keyHeads()); }
  /// What everything but operands and results is computed in.
  Type wide() const { return wideOf(element); }
  SmallVector<int64_t> scores() const { return {batch(), queries(), heads(), keys()}; }
  SmallVector<int64_t> logSumExp() const { return {batch(), heads(), queries()}; }

  /// Two products and their sums for each pair of query and key; half of the pairs are hidden from causal attention.
  int64_t flopsOfProducts(int64_t products) const {
    int64_t flops = products * 2 * batch() * queries() * keys() * heads() * dim();
    return causal ? flops / 2 : flops;
  }

  LibraryCall call(RuntimeFunction function, Target target, bool isGradient) const {
    LibraryCall call{function};
    call.workspaceBytes = target == Target::CUDA
                              ? SHARDRT_ATTENTION_WORKSPACE_CUDA(isGradient, dtypeOf(element), batch(), queries(),
                                                                 keys(), heads(), keyHeads(), dim())
                              : SHARDRT_ATTENTION_WORKSPACE(queries(), keys(), dim(),
                                                            llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
    call.integers = {batch(), queries(), keys(), heads(), keyHeads(), dim(), causal, window, dtypeOf(element)};
    call.floats = {scale};
    return call;
  }

  SmallVector<int64_t> q, k;
  Type element;
  bool causal;
  int64_t window;
  double scale;
};

/// Writes attention's steps as loop nests.
class AttentionBuilder {
public:
  AttentionBuilder(ImplicitLocOpBuilder &b, const AttentionShape &shape) : b(b), shape(shape) {}

  /// One contraction: "loops: lhs, rhs -> out" with K for the key head.
  Value contract(StringRef text, Value lhs, Value rhs, ArrayRef<int64_t> out) {
    auto [before, after] = text.split('K');
    std::string maps = after.empty() ? text.str() : (before + shape.keyHead() + after).str();
    return generic(b, maps, {lhs, rhs}, filled(b, out, shape.wide(), 0.0),
                   [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     return {args[2] + args[0] * args[1]};
                   })
        .front();
  }

  /// Scaled scores of q and k; minus infinity where the query does not see the key.
  Value scores(Value q, Value k, Value qPositions, Value kPositions) {
    Value products = contract("b t h s d: b t h d, b s K d -> b t h s", q, k, shape.scores());
    return generic(b, "b t h s: b t h s, b t, b s -> b t h s", {products, qPositions, kPositions},
                   empty(b, shape.scores(), shape.wide()),
                   [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     Scalar score = args[0] * shape.scale;
                     if (!shape.causal)
                       return {score};
                     return {select(sees(body, args[1], args[2]), score, score.literal(minusInfinity))};
                   })
        .front();
  }

  /// log(sum(exp(scores))) over the keys; minus infinity for a query that sees none.
  Value logSumExp(Value scores) {
    SmallVector<int64_t> rows = shape.logSumExp();
    Value largest = generic(b, "b t h s: b t h s -> b h t", scores, filled(b, rows, shape.wide(), minusInfinity),
                            [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                              return {max(args[0], args[1])};
                            })
                        .front();
    auto finite = [](Scalar x) { return select(equals(x, minusInfinity), x.literal(0.0), x); };
    Value sum = generic(b, "b t h s: b t h s, b h t -> b h t", {scores, largest}, filled(b, rows, shape.wide(), 0.0),
                        [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                          return {args[2] + exp(args[0] - finite(args[1]))};
                        })
                    .front();
    return generic(b, "b h t: b h t, b h t -> b h t", {sum, largest}, empty(b, rows, shape.wide()),
                   [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     return {log(args[0]) + finite(args[1])};
                   })
        .front();
  }

  /// exp(scores - lse), zero where a query does not see a key.
  Value probabilities(Value scores, Value lse) {
    return generic(b, "b t h s: b t h s, b h t -> b t h s", {scores, lse}, empty(b, shape.scores(), shape.wide()),
                   [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     return {select(equals(args[0], minusInfinity), args[0].literal(0.0), exp(args[0] - args[1]))};
                   })
        .front();
  }

  /// The gradient of the scores before scaling: scale * p * (dp - the sum over d of dout * out).
  Value scoreGradient(Value p, Value dp, Value dout, Value out) {
    SmallVector<int64_t> rows = {shape.batch(), shape.queries(), shape.heads()};
    Value delta = contract("b t h d: b t h d, b t h d -> b t h", dout, out, rows);
    return generic(b, "b t h s: b t h s, b t h s, b t h -> b t h s", {p, dp, delta},
                   empty(b, shape.scores(), shape.wide()),
                   [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                     return {args[0] * (args[1] - args[2]) * shape.scale};
                   })
        .front();
  }

private:
  Value sees(ImplicitLocOpBuilder &body, Value query, Value key) {
    Value causal = compare(body, arith::CmpIPredicate::sle, key, query);
    if (shape.window == 0)
      return causal;
    Value distance = arith::SubIOp::create(body, query, key);
    Value near = compare(body, arith::CmpIPredicate::slt, distance, integer(body, shape.window));
    return arith::AndIOp::create(body, causal, near);
  }

  ImplicitLocOpBuilder &b;
  const AttentionShape &shape;
};

} // namespace

template <typename Op> static AttentionShape shapeOfAttention(Op op) {
  return {op.getQ(), op.getK(), op.getCausal(), op.getWindow(), op.getScale().convertToDouble()};
}

/// Checks the operands that attention and its gradient share.
template <typename Op> static LogicalResult verifyOperands(Op op) {
  for (auto [name, value] : {std::pair("q", op.getQ()), {"k", op.getK()}, {"v", op.getV()}})
    if (failed(expectRank(op, name, value, 4))) // C1
      return failure();
  ArrayRef<int64_t> q = shapeOf(op.getQ()), k = shapeOf(op.getK());
  Type element = elementTypeOf(op.getQ());
  if (failed(expectType(op, "k", op.getK(), {q[0], k[1], k[2], q[3]}, element))) // C1
    return failure();
  if (k[2] == 0 || q[2] % k[2] != 0) // C2
    return op.emitOpError("expected a number of heads that is a multiple of ") << k[2] << " key heads, got " << q[2];
  if (failed(expectLike(op, "v", op.getV(), op.getK()))) // C3
    return failure();
  Type i32 = IntegerType::get(op.getContext(), 32);
  if (failed(expectType(op, "q_positions", op.getQPositions(), q.take_front(2), i32)) || // C4
      failed(expectType(op, "k_positions", op.getKPositions(), k.take_front(2), i32)))
    return failure();
  std::optional<int64_t> window = op.getWindow();
  if (window && *window <= 0) // C6
    return op.emitOpError("expected a positive window, got ") << *window;
  if (window && !op.getCausal()) // C6
    return op.emitOpError("expected `causal` with a window of ") << *window << ", got none";
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// attention
//=== ------------------------------------------------------------------------------------------===//

LogicalResult AttentionOp::verify() {
  if (failed(verifyOperands(*this)) || failed(expectLike(*this, "the result", getResult(), getQ()))) // C5
    return failure();
  return expectType(*this, "lse", getLse(), shapeOfAttention(*this).logSumExp(), wideTypeOf(getQ())); // C5
}

ShardingRule AttentionOp::getShardingRule() {
  return ShardingRule::parse("b t (k g) d, b s k d, b s k d, b t, b s -> b t (k g) d, b (k g) t").whole("s d");
}

SmallVector<Value> AttentionOp::buildVJP(OpBuilder &b, ValueRange cotangents) {
  if (!cotangents[0])
    return SmallVector<Value>(getNumOperands());
  auto grad = AttentionGradOp::create(b, getLoc(), tensorType(getQ()), tensorType(getK()), tensorType(getV()),
                                      cotangents[0], getQ(), getK(), getV(), getQPositions(), getKPositions(),
                                      getResult(), getLse(), getScaleAttr(), getCausalAttr(), getWindowAttr());
  return {grad.getDq(), grad.getDk(), grad.getDv(), Value(), Value()};
}

int64_t AttentionOp::getFlops() {
  return shapeOfAttention(*this).flopsOfProducts(2);
}

unsigned AttentionOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> AttentionOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  AttentionShape shape = shapeOfAttention(*this);
  AttentionBuilder build(b, shape);
  Value scores = build.scores(operands[0], operands[1], operands[3], operands[4]);
  Value lse = build.logSumExp(scores);
  Value out =
      build.contract("b t h d s: b t h s, b s K d -> b t h d", build.probabilities(scores, lse), operands[2], shape.q);
  return {rounded(b, out, shape.element), lse};
}

std::optional<LibraryCall> AttentionOp::getLibraryCall(Target target) {
  return shapeOfAttention(*this).call(SHARDC_RUNTIME_FN(shardrt_attention, getContext()), target, /*isGradient=*/false);
}

//=== ------------------------------------------------------------------------------------------===//
// attention_grad
//=== ------------------------------------------------------------------------------------------===//

LogicalResult AttentionGradOp::verify() { // C1
  if (failed(verifyOperands(*this)) || failed(expectLike(*this, "dout", getDout(), getQ())) ||
      failed(expectLike(*this, "out", getOut(), getQ())) || failed(expectLike(*this, "dq", getDq(), getQ())) ||
      failed(expectLike(*this, "dk", getDk(), getK())) || failed(expectLike(*this, "dv", getDv(), getV())))
    return failure();
  return expectType(*this, "lse", getLse(), shapeOfAttention(*this).logSumExp(), wideTypeOf(getQ()));
}

ShardingRule AttentionGradOp::getShardingRule() {
  return ShardingRule::parse("b t (k g) d, b t (k g) d, b s k d, b s k d, b t, b s, b t (k g) d, b (k g) t"
                             " -> b t (k g) d, b s k d, b s k d")
      .whole("s d")
      .linearIn({0});
}

int64_t AttentionGradOp::getFlops() {
  return shapeOfAttention(*this).flopsOfProducts(5);
}

unsigned AttentionGradOp::getNumRowDims() {
  return 0;
}

SmallVector<Value> AttentionGradOp::lowerToLinalg(OpBuilder &builder, ValueRange operands) {
  ImplicitLocOpBuilder b(getLoc(), builder);
  AttentionShape shape = shapeOfAttention(*this);
  AttentionBuilder build(b, shape);
  Value dout = operands[0], q = operands[1], k = operands[2], v = operands[3], out = operands[6], lse = operands[7];
  Value p = build.probabilities(build.scores(q, k, operands[4], operands[5]), lse);
  Value dp = build.contract("b t h s d: b t h d, b s K d -> b t h s", dout, v, shape.scores());
  Value dscores = build.scoreGradient(p, dp, dout, out);
  Value dq = build.contract("b t h d s: b t h s, b s K d -> b t h d", dscores, k, shape.q);
  Value dk = build.contract("b s h d t: b t h s, b t h d -> b s K d", dscores, q, shape.k);
  Value dv = build.contract("b s h d t: b t h s, b t h d -> b s K d", p, dout, shape.k);
  return {rounded(b, dq, shape.element), rounded(b, dk, shape.element), rounded(b, dv, shape.element)};
}

std::optional<LibraryCall> AttentionGradOp::getLibraryCall(Target target) {
  return shapeOfAttention(*this).call(SHARDC_RUNTIME_FN(shardrt_attention_grad, getContext()), target,
                                      /*isGradient=*/true);
}
