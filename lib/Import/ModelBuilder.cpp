//===- ModelBuilder.cpp - Builds module classes ------------------------------------------------===//

#include "ModelBuilder.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace shardc {

//=== ------------------------------------------------------------------------------------------===//
// ClassBuilder
//=== ------------------------------------------------------------------------------------------===//

Location ClassBuilder::at(StringRef member) const {
  return NameLoc::get(builder.getStringAttr(member), NameLoc::get(builder.getStringAttr(name + "." + member)));
}

void ClassBuilder::parameter(StringRef name, RankedTensorType type, StringRef init, std::optional<TensorPart> part) {
  parameters[name] = type;
  auto op =
      nn::ParameterOp::create(builder, at(name), builder.getStringAttr(name), TypeAttr::get(type),
                              builder.getStringAttr(init), StringAttr(), IntegerAttr(), IntegerAttr(), IntegerAttr());
  if (!part)
    return;
  op.setTensor(part->tensor);
  op.setTensorDim(part->dim);
  op.setTensorAt(part->at);
  op.setTensorSize(part->size);
}

void ClassBuilder::instance(StringRef name, StringRef className,
                            std::optional<std::pair<std::string, std::string>> tie) {
  classOf[name] = className.str();
  nn::InstanceOp::create(
      builder, at(name), name, builder.getArrayAttr(FlatSymbolRefAttr::get(builder.getContext(), className)),
      DenseI64ArrayAttr(), /*numbers=*/ArrayAttr(), tie ? builder.getStrArrayAttr({tie->first}) : ArrayAttr(),
      tie ? builder.getStrArrayAttr({tie->second}) : ArrayAttr());
}

void ClassBuilder::list(StringRef name, ArrayRef<std::pair<int64_t, std::string>> runs) {
  SmallVector<Attribute> classes;
  SmallVector<int64_t> counts;
  for (const auto &[count, className] : runs) {
    counts.push_back(count);
    classes.push_back(FlatSymbolRefAttr::get(builder.getContext(), className));
  }
  classOf[name] = runs.front().second;
  nn::InstanceOp::create(builder, at(name), name, builder.getArrayAttr(classes), builder.getDenseI64ArrayAttr(counts),
                         /*numbers=*/ArrayAttr(), /*tied=*/ArrayAttr(), /*tied_to=*/ArrayAttr());
}

Block::BlockArgListType ClassBuilder::forward(ArrayRef<std::pair<StringRef, Type>> inputs, TypeRange results) {
  SmallVector<Type> types;
  SmallVector<Location> locations;
  SmallVector<StringRef> names;
  for (const auto &[input, type] : inputs) {
    types.push_back(type);
    names.push_back(input);
    locations.push_back(at(input));
  }
  auto forward = nn::ForwardOp::create(builder, at("forward"), builder.getFunctionType(types, results),
                                       builder.getStrArrayAttr(names));
  return builder.createBlock(&forward.getBody(), {}, types, locations)->getArguments();
}

Value ClassBuilder::use(StringRef parameter) {
  return nn::UseOp::create(builder, at(parameter), parameters.lookup(parameter), parameter);
}

ResultRange ClassBuilder::callAll(StringRef instance, ValueRange inputs) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<nn::ModuleOp>(module->getParentOp(),
                                                                   builder.getStringAttr(classOf.lookup(instance)));
  auto forward = cast<nn::ForwardOp>(callee.getBody().front().back());
  return nn::CallOp::create(builder, at(instance), forward.getFunctionType().getResults(), instance, inputs)
      .getResults();
}

void ClassBuilder::finish(ValueRange results) {
  nn::ReturnOp::create(builder, at("forward"), results);
  builder.setInsertionPointToEnd(&module->getParentRegion()->front());
}

//=== ------------------------------------------------------------------------------------------===//
// ModelBuilder
//=== ------------------------------------------------------------------------------------------===//

ModelBuilder::ModelBuilder(ModuleOp module, TokenShape tokens)
    : tokens(tokens), builder(OpBuilder::atBlockEnd(module.getBody())), module(module) {}

RankedTensorType ModelBuilder::activation(ArrayRef<int64_t> sizes) const {
  SmallVector<int64_t> shape{tokens.batch, tokens.sequence};
  llvm::append_range(shape, sizes);
  return weight(shape);
}

RankedTensorType ModelBuilder::weight(ArrayRef<int64_t> sizes) const {
  return RankedTensorType::get(sizes, Float32Type::get(builder.getContext()));
}

RankedTensorType ModelBuilder::indices() const {
  return RankedTensorType::get({tokens.batch, tokens.sequence}, IntegerType::get(builder.getContext(), 32));
}

ClassBuilder ModelBuilder::begin(StringRef name) {
  auto classOp = nn::ModuleOp::create(builder, NameLoc::get(builder.getStringAttr(name)), name);
  builder.createBlock(&classOp.getBody());
  return ClassBuilder(builder, classOp);
}

//=== ------------------------------------------------------------------------------------------===//
// Leaves
//=== ------------------------------------------------------------------------------------------===//

std::string ModelBuilder::linear(int64_t out, int64_t in, bool bias) {
  std::string name = ("Linear_" + Twine(out) + "x" + Twine(in) + (bias ? "_bias" : "")).str();
  return linearOf(name, {Segment("", out), in, bias, /*transposed=*/false});
}

std::string ModelBuilder::conv1D(int64_t in, int64_t out) {
  return linearOf(("Conv1D_" + Twine(in) + "x" + Twine(out)).str(),
                  {Segment("", out), in, /*bias=*/true, /*transposed=*/true});
}

/// Returns a name such as Linear_q64_k32_v32.
static std::string fusedName(StringRef prefix, ArrayRef<ModelBuilder::Segment> segments) {
  std::string name = prefix.str();
  for (const auto &[segment, width] : segments)
    name += "_" + segment.str() + std::to_string(width);
  return name;
}

std::string ModelBuilder::fusedLinear(ArrayRef<Segment> segments, int64_t in) {
  return linearOf(fusedName("Linear", segments) + "x" + std::to_string(in),
                  {segments, in, /*bias=*/false, /*transposed=*/false});
}

std::string ModelBuilder::fusedConv1D(int64_t in, ArrayRef<Segment> segments) {
  return linearOf(fusedName("Conv1D_" + std::to_string(in), segments),
                  {segments, in, /*bias=*/true, /*transposed=*/true});
}

static std::string segmentName(StringRef parameter, StringRef segment) {
  return segment.empty() ? parameter.str() : (parameter + "_" + segment).str();
}

std::string ModelBuilder::linearOf(const std::string &name, const LinearShape &shape) {
  if (module.lookupSymbol(name))
    return name;
  ClassBuilder self = begin(name);
  int64_t at = 0, total = 0;
  SmallVector<Type> results;
  for (const auto &[segment, width] : shape.segments) {
    total += width;
    results.push_back(activation({width}));
  }
  for (const auto &[segment, width] : shape.segments) {
    auto part = [&](StringRef tensor, int64_t dim) {
      return segment.empty() ? std::nullopt : std::optional(TensorPart{tensor.str(), dim, at, total});
    };
    self.parameter(segmentName("weight", segment),
                   shape.transposed ? weight({shape.in, width}) : weight({width, shape.in}), "normal",
                   part("weight", shape.transposed ? 1 : 0));
    if (shape.bias)
      self.parameter(segmentName("bias", segment), weight({width}), "zeros", part("bias", 0));
    at += width;
  }
  Value x = self.forward({{"x", activation({shape.in})}}, results)[0];
  self.finish(llvm::map_to_vector(shape.segments,
                                  [&](const Segment &segment) { return buildSegment(self, shape, segment, x); }));
  return name;
}

Value ModelBuilder::buildSegment(ClassBuilder &self, const LinearShape &shape, const Segment &segment, Value x) {
  auto [name, width] = segment;
  Value weight = self.use(segmentName("weight", name));
  Location location = self.at(segmentName("y", name));
  Value y = nn::LinearOp::create(builder, location, activation({width}), x, weight, shape.transposed).getResult();
  if (!shape.bias)
    return y;
  Value bias = self.use(segmentName("bias", name));
  return nn::AddBiasOp::create(builder, location, y.getType(), y, bias).getResult();
}

std::string ModelBuilder::embedding(StringRef name, int64_t rows, int64_t width, std::optional<int64_t> padding) {
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({rows, width}));
  Value ids = self.forward({{"ids", indices()}}, activation({width}))[0];
  Value table = self.use("weight");
  Value trained;
  if (padding)
    trained = nn::MaskIndexOp::create(builder, self.at("y"), indices(), ids, int32_t(*padding));
  self.finish(nn::EmbeddingOp::create(builder, self.at("y"), activation({width}), ids, table, trained).getResult());
  return name.str();
}

std::string ModelBuilder::rmsNorm(StringRef name, ArrayRef<int64_t> sizes, double epsilon, bool plusOne) {
  if (module.lookupSymbol(name))
    return name.str();
  int64_t width = sizes.back();
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({width}), plusOne ? "zeros" : "ones");
  Value x = self.forward({{"x", activation(sizes)}}, activation(sizes))[0];
  Value weight = self.use("weight");
  self.finish(
      nn::RMSNormOp::create(builder, self.at("y"), x.getType(), x, weight, llvm::APFloat(epsilon), width, plusOne)
          .getResult());
  return name.str();
}

std::string ModelBuilder::layerNorm(StringRef name, int64_t width, double epsilon) {
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({width}), "ones");
  self.parameter("bias", weight({width}), "zeros");
  Value x = self.forward({{"x", activation({width})}}, activation({width}))[0];
  Value weight = self.use("weight"), bias = self.use("bias");
  self.finish(
      nn::LayerNormOp::create(builder, self.at("y"), x.getType(), x, weight, bias, llvm::APFloat(epsilon), width)
          .getResult());
  return name.str();
}

void ModelBuilder::finishRoot(ClassBuilder &self, StringRef body, StringRef head) {
  auto arguments =
      self.forward({{"tokens", indices()}, {"targets", indices()}, {"positions", indices()}}, {scalar(), scalar()});
  Value x = self.call(body, {arguments[0], arguments[2]});
  Value logits = self.call(head, x);
  self.finish(
      nn::CrossEntropyOp::create(builder, self.at("loss"), scalar(), scalar(), logits, arguments[1]).getResults());
}

} // namespace shardc
