//===- ModelBuilder.cpp - Builds module classes ---------------------------------------------------------------------------===//

#include "ModelBuilder.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace shardc {

//===----------------------------------------------------------------------------------------------------------------------===//
// ClassBuilder
//===----------------------------------------------------------------------------------------------------------------------===//

Location ClassBuilder::at(StringRef member) const {
  return NameLoc::get(builder.getStringAttr(member), NameLoc::get(builder.getStringAttr(name + "." + member)));
}

void ClassBuilder::parameter(StringRef name, RankedTensorType type, StringRef init) {
  parameters[name] = type;
  nn::ParameterOp::create(builder, at(name), builder.getStringAttr(name), TypeAttr::get(type), builder.getStringAttr(init),
                          StringAttr(), IntegerAttr(), IntegerAttr(), IntegerAttr());
}

void ClassBuilder::instance(StringRef name, StringRef className, std::optional<int64_t> count,
                            std::optional<std::pair<std::string, std::string>> tie) {
  classOf[name] = className.str();
  nn::InstanceOp::create(builder, at(name), name, builder.getArrayAttr(FlatSymbolRefAttr::get(builder.getContext(), className)),
                         count ? builder.getDenseI64ArrayAttr({*count}) : DenseI64ArrayAttr(),
                         tie ? builder.getStrArrayAttr({tie->first}) : ArrayAttr(),
                         tie ? builder.getStrArrayAttr({tie->second}) : ArrayAttr());
}

Block::BlockArgListType ClassBuilder::forward(ArrayRef<std::pair<StringRef, Type>> inputs, TypeRange results) {
  SmallVector<Type> types;
  SmallVector<Location> locations;
  for (const auto &[input, type] : inputs) {
    types.push_back(type);
    locations.push_back(at(input));
  }
  auto forward = nn::ForwardOp::create(builder, at("forward"), builder.getFunctionType(types, results));
  return builder.createBlock(&forward.getBody(), {}, types, locations)->getArguments();
}

Value ClassBuilder::use(StringRef parameter) {
  return nn::UseOp::create(builder, at(parameter), parameters.lookup(parameter), parameter);
}

Value ClassBuilder::call(StringRef instance, ValueRange inputs) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<nn::ModuleOp>(module->getParentOp(),
                                                                   builder.getStringAttr(classOf.lookup(instance)));
  auto forward = cast<nn::ForwardOp>(callee.getBody().front().back());
  return nn::CallOp::create(builder, at(instance), forward.getFunctionType().getResults(), instance, inputs).getResult(0);
}

void ClassBuilder::finish(ValueRange results) {
  nn::ReturnOp::create(builder, at("forward"), results);
  builder.setInsertionPointToEnd(&module->getParentRegion()->front());
}

//===----------------------------------------------------------------------------------------------------------------------===//
// ModelBuilder
//===----------------------------------------------------------------------------------------------------------------------===//

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

std::string ModelBuilder::linear(int64_t out, int64_t in) {
  std::string name = ("Linear_" + Twine(out) + "x" + Twine(in)).str();
  if (module.lookupSymbol(name))
    return name;
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({out, in}));
  Value x = self.forward({{"x", activation({in})}}, activation({out}))[0];
  Value weight = self.use("weight");
  self.finish(nn::LinearOp::create(builder, self.at("y"), activation({out}), x, weight, /*transposed=*/false).getResult());
  return name;
}

std::string ModelBuilder::embedding(StringRef name, int64_t rows, int64_t width) {
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({rows, width}));
  Value ids = self.forward({{"ids", indices()}}, activation({width}))[0];
  Value table = self.use("weight");
  self.finish(nn::EmbeddingOp::create(builder, self.at("y"), activation({width}), ids, table).getResult());
  return name.str();
}

std::string ModelBuilder::rmsNorm(StringRef name, int64_t width, double epsilon) {
  ClassBuilder self = begin(name);
  self.parameter("weight", weight({width}), "ones");
  Value x = self.forward({{"x", activation({width})}}, activation({width}))[0];
  Value weight = self.use("weight");
  self.finish(
      nn::RMSNormOp::create(builder, self.at("y"), activation({width}), x, weight, llvm::APFloat(epsilon), width).getResult());
  return name.str();
}

} // namespace shardc
