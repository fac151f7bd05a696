//===- PlanModel.cpp - Mesh, and functions from the tree of modules ----------------------------===//
//
// Turns the tree of modules into functions over global shapes whose parameters have a place in the plan.
//
//=== ------------------------------------------------------------------------------------------===//
#include "Checkpointing.h"
#include "ParameterPlan.h"
#include "shardc/Transforms/Plan/Passes.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_PLANMODELPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

using dist::Placement;

namespace {

class Planner {
public:
  Planner(ModuleOp module, ModuleNode &root, const TensorParallelPlan &plan, const Checkpointing &checkpointing,
          dist::MeshOp mesh)
      : module(module), root(root), plan(plan), checkpointing(checkpointing), mesh(mesh), context(module.getContext()),
        parameters(root, plan, mesh) {}

  LogicalResult run() {
    if (failed(parameters.collect()))
      return failure();
    parameters.declare();
    return buildForward();
  }

private:
  //===- Functions -------------------------------------------------------------------------------------------------------===//

  /// The function being built: how it gets parameters, and whether lists become calls.
  struct Scope {
    OpBuilder builder;
    bool isMain;
    /// Full name of each use -> argument, in the function of a list element.
    llvm::StringMap<Value> arguments;
    /// The list element whose function it is, if that is recomputed in the backward pass.
    ModuleNode *checkpointed = nullptr;
  };

  LogicalResult buildForward() {
    Block *block = root.moduleClass.getForwardBlock();
    SmallVector<StringRef> inputs = root.moduleClass.getArgumentNames();
    if (inputs.empty())
      return root.moduleClass.emitError("the root's forward must take an input at least, such as tokens, got none");
    OpBuilder b(context);
    b.setInsertionPointToEnd(module.getBody());
    auto type = FunctionType::get(context, block->getArgumentTypes(), block->getTerminator()->getOperandTypes());
    // What belongs to no module below belongs to the whole, in text as in what is imported.
    Location loc = NameLoc::get(SymbolTable::getSymbolName(root.moduleClass), root.moduleClass.getLoc());
    auto function = func::FuncOp::create(b, loc, "forward", type);
    for (auto [i, name] : llvm::enumerate(inputs)) {
      FailureOr<Placement> placement = inputPlacement(block->getArgument(i), name);
      if (failed(placement))
        return failure();
      dist::setInput(function, i, name);
      dist::setInputPlacement(function, i, shardingOf(*placement, context));
    }
    Scope scope{OpBuilder::atBlockBegin(function.addEntryBlock()), /*isMain=*/true, {}};
    auto results = inlineModule(root, ValueRange(function.getArguments()), scope);
    func::ReturnOp::create(scope.builder, function.getLoc(), results);
    return success();
  }

  /// The batch, the first dimension of every input, is sharded over all data-parallel axes.
  FailureOr<Placement> inputPlacement(Value input, StringRef name) {
    auto type = dyn_cast<RankedTensorType>(input.getType());
    bool isOfTokens = llvm::is_contained(tokenInputs, name);
    if (isOfTokens && (!type || type.getRank() != 2 || !type.getElementType().isInteger()))
      return emitError(input.getLoc()) << name << " must be [batch, sequence] of integers, got " << input.getType(),
             failure();
    if (!type || type.getRank() == 0)
      return emitError(input.getLoc()) << name << " must be a tensor whose first dimension is the batch, got "
                                       << input.getType(),
             failure();
    Placement placement = Placement::replicated(type.getRank());
    int64_t ranks = 1;
    for (StringAttr axis : usedAxes(mesh, {"dp_replicate", "dp_shard"})) {
      placement.shard(axis, 0, type.getDimSize(0));
      ranks *= *mesh.getAxisSize(axis);
    }
    if (type.getDimSize(0) % ranks != 0)
      return emitError(input.getLoc()) << "a batch of " << type.getDimSize(0) << " samples must be a multiple of the "
                                       << ranks << " data-parallel ranks",
             failure();
    return placement;
  }

  SmallVector<Value> inlineModule(ModuleNode &node, ValueRange operands, Scope &scope) {
    IRMapping mapping;
    Block *block = node.moduleClass.getForwardBlock();
    mapping.map(block->getArguments(), operands);
    // A value that is kept has one mark, and all its uses behind it: what the plan does with it does not change.
    auto define = [&](Value old, Value value) {
      bool isKept = scope.checkpointed == &node && checkpointing.keeps(old);
      mapping.map(old, isKept ? dist::KeepOp::create(scope.builder, value.getLoc(), value.getType(), value).getResult()
                              : value);
    };
    for (Operation &op : block->without_terminator()) {
      if (auto use = dyn_cast<ParameterUseOpInterface>(op)) {
        mapping.map(op.getResult(0), parameterValue(node, use.getUsedParameter(), scope));
      } else if (auto call = dyn_cast<ModuleCallOpInterface>(op)) {
        SmallVector<Value> inputs = llvm::map_to_vector(op.getOperands(), [&](Value v) { return mapping.lookup(v); });
        for (auto [old, value] : llvm::zip(op.getResults(), callModule(node, call, inputs, scope)))
          define(old, value);
      } else {
        Operation *clone = scope.builder.clone(op, mapping);
        clone->setLoc(node.at(op.getLoc()));
        if (plan.isContraction(node, &op))
          reduce(op, node, mapping, scope);
        for (Value old : op.getResults())
          define(old, mapping.lookup(old));
      }
    }
    return llvm::map_to_vector(block->getTerminator()->getOperands(), [&](Value v) { return mapping.lookup(v); });
  }

  /// Reduces the results of an operation that the style contracts where they come about: a bias is added to the sum,
  /// once.
  void reduce(Operation &op, ModuleNode &node, IRMapping &mapping, Scope &scope) {
    Border border = plan.resultsOf(node);
    for (Value result : op.getResults())
      if (border != Border::Sequence || plan.hasSequence(result))
        mapping.map(result, reshard(mapping.lookup(result), border, node, scope));
  }

  SmallVector<Value> callModule(ModuleNode &node, ModuleCallOpInterface call, SmallVector<Value> operands,
                                Scope &scope) {
    SmallVector<Value> results;
    for (ModuleNode *child : node.childrenNamed(call.getCalledInstance())) {
      SmallVector<Value> inputs(operands);
      llvm::append_range(inputs, child->buildOperands(scope.builder));
      results = scope.isMain && child->isElement ? callElement(*child, inputs, call.getLoc(), scope)
                                                 : applyModule(*child, inputs, scope);
      if (child->isElement)
        operands.front() = results.front();
    }
    return results;
  }

  /// Inlines a module between what its style asks of operands and results.
  SmallVector<Value> applyModule(ModuleNode &node, ValueRange operands, Scope &scope) {
    SmallVector<Value> inputs(operands);
    reshard(inputs, plan.operandsOf(node), node, scope);
    SmallVector<Value> results = inlineModule(node, inputs, scope);
    reshard(results, plan.resultsOf(node), node, scope);
    return results;
  }

  void reshard(SmallVectorImpl<Value> &values, Border border, ModuleNode &node, Scope &scope) {
    for (Value &value : values)
      value = reshard(value, border, node, scope);
  }

  /// Says where a value lies from here on. Integers are whole unless the sequence is split, and numbers always.
  Value reshard(Value value, Border border, ModuleNode &node, Scope &scope) {
    auto type = cast<RankedTensorType>(value.getType());
    bool isFloat = isa<FloatType>(type.getElementType());
    if (border == Border::AsIs || (!isFloat && (border == Border::Whole || type.getRank() == 0)))
      return value;
    IntegerAttr dim = border == Border::Sequence ? scope.builder.getI64IntegerAttr(1) : IntegerAttr();
    StringAttr cause = scope.builder.getStringAttr(plan.causeOf(node));
    auto previous = value.getDefiningOp<dist::ReshardOp>();
    if (previous && previous.getDimAttr() == dim && previous.getCauseAttr() == cause)
      return value; // where the sum came about
    return dist::ReshardOp::create(scope.builder, node.at(node.moduleClass.getLoc()), value.getType(), value,
                                   scope.builder.getStrArrayAttr({"tp"}), dim, cause);
  }

  Value parameterValue(ModuleNode &node, StringRef name, Scope &scope) {
    return scope.isMain ? parameters.unshard(node, name, scope.builder) : scope.arguments.lookup(node.join(name));
  }

  //===- List elements ---------------------------------------------------------------------------------------------------===//

  using Use = std::pair<ModuleNode *, ParameterOpInterface>;

  SmallVector<Use> usesBelow(ModuleNode &element) {
    SmallVector<Use> uses;
    element.walk([&](ModuleNode &node) {
      for (ParameterOpInterface op : node.parameters())
        uses.emplace_back(&node, op);
    });
    return uses;
  }

  /// Elements of one class that are planned alike share a function.
  std::string keyOf(ModuleNode &element) {
    std::string key =
        SymbolTable::getSymbolName(element.moduleClass).str() + (checkpointing.covers(element) ? ",checkpoint" : "");
    element.walk([&](ModuleNode &node) {
      const Style *style = plan.styleOf(node);
      key += "," + (style ? style->name.str() : "");
    });
    return key;
  }

  SmallVector<Value> callElement(ModuleNode &element, ArrayRef<Value> operands, Location loc, Scope &scope) {
    SmallVector<Value> inputs(operands);
    for (auto [node, op] : usesBelow(element))
      inputs.push_back(parameters.unshard(*node, op.getParameterName(), scope.builder));
    func::FuncOp &function = functions[keyOf(element)];
    if (!function)
      function = buildFunction(element, inputs);
    return SmallVector<Value>(func::CallOp::create(scope.builder, element.at(loc), function, inputs).getResults());
  }

  func::FuncOp buildFunction(ModuleNode &element, ArrayRef<Value> inputs) {
    OpBuilder b(context);
    b.setInsertionPointToEnd(module.getBody());
    Block *block = element.moduleClass.getForwardBlock();
    auto type = FunctionType::get(context, ValueRange(inputs).getTypes(), block->getTerminator()->getOperandTypes());
    StringRef className = SymbolTable::getSymbolName(element.moduleClass);
    unsigned &count = functionCounts[className];
    std::string name = "forward." + className.str() + (count ? "." + std::to_string(count) : "");
    ++count;
    auto function = func::FuncOp::create(b, element.at(element.moduleClass.getLoc()), name, type);
    function.setPrivate();

    Scope scope{OpBuilder::atBlockBegin(function.addEntryBlock()), /*isMain=*/false, {}};
    if (checkpointing.covers(element)) {
      dist::setCheckpointed(function, true);
      scope.checkpointed = &element;
    }
    unsigned numOperands = block->getNumArguments();
    for (auto [i, use] : llvm::enumerate(usesBelow(element))) {
      scope.arguments[use.first->join(use.second.getParameterName())] = function.getArgument(numOperands + i);
      dist::setParameter(function, numOperands + i);
    }
    auto results = applyModule(element, function.getArguments().take_front(numOperands), scope);
    func::ReturnOp::create(scope.builder, function.getLoc(), results);
    return function;
  }

  ModuleOp module;
  ModuleNode &root;
  const TensorParallelPlan &plan;
  const Checkpointing &checkpointing;
  dist::MeshOp mesh;
  MLIRContext *context;
  ParameterPlan parameters;
  std::map<std::string, func::FuncOp> functions;
  llvm::StringMap<unsigned> functionCounts;
};

struct PlanModelPass : impl::PlanModelPassBase<PlanModelPass> {
  using PlanModelPassBase::PlanModelPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    dist::Settings settings = dist::getSettings(module);
    Checkpointing checkpoints(settings.activationCheckpointing);
    auto root = buildModuleTree(module);
    if (failed(root) || failed(checkpoints.verify(**root)))
      return signalPassFailure();
    auto plan = TensorParallelPlan::match(module, **root,
                                          {.ranks = settings.tpSize, .sequenceParallel = settings.sequenceParallel});
    if (failed(plan))
      return signalPassFailure();
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    auto mesh = dist::MeshOp::create(
        b, module.getLoc(), b.getStrArrayAttr({"dp_replicate", "dp_shard", "cp", "tp"}),
        b.getDenseI64ArrayAttr({settings.dpReplicateSize, settings.getShardRanks(), settings.cpSize, settings.tpSize}));
    if (failed(Planner(module, **root, *plan, checkpoints, mesh).run()))
      return signalPassFailure();
    for (auto moduleClass : llvm::make_early_inc_range(module.getOps<ModuleClassOpInterface>()))
      moduleClass->erase();
    dist::setTpPlan(module, nullptr);
  }
};

} // namespace
} // namespace shardc
