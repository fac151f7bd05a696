//===- ModuleTree.cpp - The tree of module instances -------------------------------------------===//
#include "ModuleTree.h"

using namespace mlir;

namespace shardc {

SmallVector<ParameterOpInterface> ModuleNode::parameters() const {
  SmallVector<ParameterOpInterface> result;
  auto moduleOp = moduleClass;
  for (Operation &op : *moduleOp.getClassBody())
    if (auto parameter = dyn_cast<ParameterOpInterface>(op))
      result.push_back(parameter);
  return result;
}

SmallVector<ModuleNode *> ModuleNode::childrenNamed(StringRef name) const {
  SmallVector<ModuleNode *> result;
  for (auto [child, instance] : llvm::zip(children, childInstances)) {
    InstanceOpInterface op = instance;
    if (op.getInstanceName() == name)
      result.push_back(child.get());
  }
  return result;
}

SmallVector<Value> ModuleNode::buildOperands(OpBuilder &builder) const {
  InstanceOpInterface op = list;
  return op ? op.buildElementOperands(builder, index) : SmallVector<Value>();
}

std::string ModuleNode::join(StringRef name) const {
  return path.empty() ? name.str() : path + "." + name.str();
}

Location ModuleNode::at(Location loc) const {
  return NameLoc::get(StringAttr::get(loc.getContext(), pattern), loc);
}

void ModuleNode::walk(llvm::function_ref<void(ModuleNode &)> visit) {
  visit(*this);
  for (auto &child : children)
    child->walk(visit);
}

namespace {
struct TreeBuilder {
  SymbolTable symbols;

  std::unique_ptr<ModuleNode> build(ModuleClassOpInterface moduleClass, std::string path, std::string pattern,
                                    ModuleNode *parent) {
    auto node = std::make_unique<ModuleNode>();
    node->path = std::move(path);
    node->pattern = std::move(pattern);
    node->moduleClass = moduleClass;
    node->parent = parent;
    for (Operation &op : *moduleClass.getClassBody())
      if (auto instance = dyn_cast<InstanceOpInterface>(op))
        addInstance(*node, instance);
    return node;
  }

  void addInstance(ModuleNode &node, InstanceOpInterface instance) {
    StringRef name = instance.getInstanceName();
    std::string path = node.join(name);
    std::string pattern = node.pattern.empty() ? name.str() : node.pattern + "." + name.str();
    std::optional<int64_t> size = instance.getListSize();
    for (int64_t i = 0; i < size.value_or(1); ++i) {
      auto childClass = symbols.lookup<ModuleClassOpInterface>(instance.getElementClass(i));
      auto child = size ? build(childClass, path + "." + std::to_string(i), pattern + ".*", &node)
                        : build(childClass, path, pattern, &node);
      child->isElement = size.has_value();
      child->list = size ? instance : InstanceOpInterface();
      child->index = i;
      for (auto &[from, to] : instance.getTies())
        child->ties.emplace_back(from, node.join(to));
      node.children.push_back(std::move(child));
      node.childInstances.push_back(instance);
    }
  }
};
} // namespace

FailureOr<std::unique_ptr<ModuleNode>> buildModuleTree(ModuleOp module) {
  FailureOr<ModelAttrInterface> model = requireModel(module, module.getLoc());
  if (failed(model))
    return failure();
  TreeBuilder builder{SymbolTable(module)};
  auto rootClass = builder.symbols.lookup<ModuleClassOpInterface>(model->getRoot().getValue());
  if (!rootClass) {
    module.emitError("the root of the model is ") << model->getRoot() << ", which is no module class";
    return failure();
  }
  return builder.build(rootClass, "", "", nullptr);
}

} // namespace shardc
