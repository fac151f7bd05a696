//===- Lowering.cpp - Loop nests written as in einops ------------------------------------------===//
#include "Lowering.h"
#include "Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace shardc;
using nn::Scalar;

//=== ------------------------------------------------------------------------------------------===//
// Scalars
//=== ------------------------------------------------------------------------------------------===//

template <typename Op> static Scalar emit(Scalar x, Scalar y) {
  return Scalar(*x.builder, Op::create(*x.builder, x.value, y.value));
}

template <typename Op> static Scalar emit(Scalar x) {
  return Scalar(*x.builder, Op::create(*x.builder, x.value));
}

Scalar Scalar::literal(double number) const {
  return Scalar(*builder, arith::ConstantOp::create(*builder, builder->getFloatAttr(value.getType(), number)));
}

Scalar nn::operator+(Scalar x, Scalar y) {
  return emit<arith::AddFOp>(x, y);
}
Scalar nn::operator-(Scalar x, Scalar y) {
  return emit<arith::SubFOp>(x, y);
}
Scalar nn::operator*(Scalar x, Scalar y) {
  return emit<arith::MulFOp>(x, y);
}
Scalar nn::operator/(Scalar x, Scalar y) {
  return emit<arith::DivFOp>(x, y);
}
Scalar nn::operator-(Scalar x) {
  return emit<arith::NegFOp>(x);
}
Scalar nn::exp(Scalar x) {
  return emit<math::ExpOp>(x);
}
Scalar nn::log(Scalar x) {
  return emit<math::LogOp>(x);
}
Scalar nn::sqrt(Scalar x) {
  return emit<math::SqrtOp>(x);
}
Scalar nn::max(Scalar x, Scalar y) {
  return emit<arith::MaximumFOp>(x, y);
}
Scalar nn::min(Scalar x, Scalar y) {
  return emit<arith::MinimumFOp>(x, y);
}

Value nn::equals(Scalar x, double number) {
  return arith::CmpFOp::create(*x.builder, arith::CmpFPredicate::OEQ, x, x.literal(number));
}

Scalar nn::select(Value condition, Scalar x, Scalar y) {
  return Scalar(*x.builder, arith::SelectOp::create(*x.builder, condition, x, y));
}

Value nn::compare(ImplicitLocOpBuilder &b, arith::CmpIPredicate predicate, Value x, Value y) {
  return arith::CmpIOp::create(b, predicate, x, y);
}

Value nn::integer(ImplicitLocOpBuilder &b, int64_t number) {
  return arith::ConstantOp::create(b, b.getI32IntegerAttr(number));
}

Value nn::loopIndex(ImplicitLocOpBuilder &b, int64_t loop) {
  return arith::IndexCastOp::create(b, b.getI32Type(), linalg::IndexOp::create(b, loop));
}

//=== ------------------------------------------------------------------------------------------===//
// Loop nests
//=== ------------------------------------------------------------------------------------------===//

namespace {

/// The loops and maps that the text of a generic states.
struct LoopNest {
  LoopNest(StringRef text, size_t numInputs, MLIRContext *context) : context(context) {
    auto [head, body] = text.split(':');
    llvm::SplitString(head, loops);
    iterators.assign(loops.size(), utils::IteratorType::reduction);
    auto [inputs, outputs] = body.split("->");
    if (numInputs > 0) // an empty text is one map of rank 0
      addMaps(inputs);
    addMaps(outputs);
    for (AffineMap map : ArrayRef<AffineMap>(maps).drop_front(numInputs))
      for (AffineExpr expr : map.getResults())
        if (auto dim = dyn_cast<AffineDimExpr>(expr)) // several values of a loop have one quotient
          iterators[dim.getPosition()] = utils::IteratorType::parallel;
  }

  SmallVector<AffineMap> maps;
  SmallVector<utils::IteratorType> iterators;

private:
  void addMaps(StringRef text) {
    SmallVector<StringRef> parts;
    text.split(parts, ',');
    for (StringRef part : parts) {
      SmallVector<StringRef> words;
      llvm::SplitString(part, words);
      maps.push_back(
          AffineMap::get(loops.size(), 0, llvm::map_to_vector(words, [&](StringRef w) { return parse(w); }), context));
    }
  }

  AffineExpr parse(StringRef word) {
    int64_t number = 0;
    if (!word.getAsInteger(10, number))
      return getAffineConstantExpr(number, context);
    auto [name, divisor] = word.split('/');
    AffineExpr loop = getAffineDimExpr(llvm::find(loops, name) - loops.begin(), context);
    return divisor.getAsInteger(10, number) ? loop : loop.floorDiv(number);
  }

  MLIRContext *context;
  SmallVector<StringRef> loops;
};

} // namespace

/// A float in another type.
static Value convert(ImplicitLocOpBuilder &b, Value number, Type type) {
  Type from = number.getType();
  if (from == type)
    return number;
  if (from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, type, number);
  return arith::TruncFOp::create(b, type, number);
}

SmallVector<Value> nn::generic(ImplicitLocOpBuilder &b, StringRef text, ValueRange inputs, ValueRange outputs,
                               Payload payload) {
  LoopNest nest(text, inputs.size(), b.getContext());
  auto op = linalg::GenericOp::create(b, outputs.getTypes(), inputs, outputs, nest.maps, nest.iterators,
                                      [&](OpBuilder &builder, Location loc, ValueRange elements) {
                                        ImplicitLocOpBuilder inner(loc, builder);
                                        SmallVector<Scalar> scalars = llvm::map_to_vector(elements, [&](Value element) {
                                          return Scalar(inner, convert(inner, element, wideOf(element.getType())));
                                        });
                                        SmallVector<Value> results = payload(inner, scalars);
                                        for (auto [result, output] : llvm::zip(results, outputs))
                                          result = convert(inner, result, elementTypeOf(output));
                                        linalg::YieldOp::create(inner, results);
                                        for (auto [scalar, element] : llvm::zip(scalars, elements))
                                          if (scalar.value != element && scalar.value.use_empty())
                                            scalar.value.getDefiningOp()->erase(); // an output that is only written
                                      });
  return llvm::to_vector_of<Value>(op.getResults());
}

Value nn::empty(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type elementType) {
  return tensor::EmptyOp::create(b, shape, elementType);
}

Value nn::emptyLike(ImplicitLocOpBuilder &b, Value value) {
  return empty(b, shapeOf(value), elementTypeOf(value));
}

Value nn::filled(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type elementType, double neutral) {
  Value number = arith::ConstantOp::create(b, b.getFloatAttr(elementType, neutral));
  return linalg::FillOp::create(b, number, empty(b, shape, elementType)).getResult(0);
}

//=== ------------------------------------------------------------------------------------------===//
// Views
//=== ------------------------------------------------------------------------------------------===//

/// Groups the dimensions of the larger of two shapes, `count` of them from `dim` on being one of the smaller.
static SmallVector<ReassociationIndices> groupDims(int64_t rank, int64_t dim, int64_t count) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < rank; ++i) {
    if (i <= dim || i >= dim + count)
      groups.emplace_back();
    groups.back().push_back(i);
  }
  return groups;
}

Value nn::splitDim(ImplicitLocOpBuilder &b, Value value, int64_t dim, ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> shape = append(shapeOf(value).take_front(dim), sizes);
  llvm::append_range(shape, shapeOf(value).drop_front(dim + 1));
  auto type = RankedTensorType::get(shape, elementTypeOf(value));
  return tensor::ExpandShapeOp::create(b, type, value, groupDims(shape.size(), dim, sizes.size()));
}

Value nn::joinDims(ImplicitLocOpBuilder &b, Value value, int64_t dim) {
  ArrayRef<int64_t> sizes = shapeOf(value);
  SmallVector<int64_t> shape = append(sizes.take_front(dim), {sizes[dim] * sizes[dim + 1]});
  llvm::append_range(shape, sizes.drop_front(dim + 2));
  auto type = RankedTensorType::get(shape, elementTypeOf(value));
  return tensor::CollapseShapeOp::create(b, type, value, groupDims(sizes.size(), dim, 2));
}

//=== ------------------------------------------------------------------------------------------===//
// Common nests
//=== ------------------------------------------------------------------------------------------===//

SmallVector<Value> nn::pointwise(ImplicitLocOpBuilder &b, ValueRange results, ValueRange inputs, Payload payload) {
  std::string loops = leadingNames(rankOf(results.front()));
  auto map = [&](Value value) { return rankOf(value) == 0 ? std::string() : loops; };
  std::string text = loops + ":" + llvm::join(llvm::map_range(inputs, map), ",") + "->" +
                     llvm::join(llvm::map_range(results, map), ",");
  SmallVector<Value> outputs = llvm::map_to_vector(results, [&](Value result) { return emptyLike(b, result); });
  return generic(b, text, inputs, outputs, payload);
}

Value nn::rounded(ImplicitLocOpBuilder &b, Value x, Type elementType) {
  if (elementTypeOf(x) == elementType)
    return x;
  std::string loops = leadingNames(rankOf(x));
  return generic(b, loops + ":" + loops + "->" + loops, x, empty(b, shapeOf(x), elementType),
                 [](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> { return {args[0]}; })
      .front();
}

Value nn::sumOfRow(ImplicitLocOpBuilder &b, StringRef inputs, ValueRange values,
                   function_ref<Scalar(ArrayRef<Scalar>)> payload) {
  Value x = values.front();
  std::string rows = leadingNames(rankOf(x) - 1);
  Value zeros = filled(b, shapeOf(x).drop_back(), wideTypeOf(x), 0.0);
  return generic(b, (rows + "d: " + inputs + " -> " + rows).str(), values, zeros,
                 [&](ImplicitLocOpBuilder &, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args.back() + payload(args.drop_back())};
                 })
      .front();
}

Value nn::sumOfAll(ImplicitLocOpBuilder &b, Value x, Type elementType,
                   llvm::function_ref<Value(ImplicitLocOpBuilder &, Scalar)> payload) {
  std::string loops = leadingNames(rankOf(x));
  return generic(b, loops + ":" + loops + "->", x, filled(b, {}, elementType, 0.0),
                 [&](ImplicitLocOpBuilder &body, ArrayRef<Scalar> args) -> SmallVector<Value> {
                   return {args[1] + Scalar(body, payload(body, args[0]))};
                 })
      .front();
}
