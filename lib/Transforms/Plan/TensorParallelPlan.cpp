//===- TensorParallelPlan.cpp - Styles by module pattern ---------------------------------------===//
#include "TensorParallelPlan.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace shardc {

/// Hugging Face's names, those of transformers 4 and 5. Packed parameters are parts of one tensor, and each part is
/// sharded by itself. A replicated parameter whose use is on shards has its gradient reduced by the algebra, with or
/// without a style; the local styles leave a sum as it is, and what uses it, or a `gather` around it, reduces it.
static constexpr Style styles[] = {
    {"colwise", Style::Output, Border::Whole, Border::AsIs},
    {"colwise_rep", Style::Output, Border::Whole, Border::Whole},
    {"colwise_gather_output", Style::Output, Border::Whole, Border::Whole},
    {"packed_colwise", Style::Output, Border::Whole, Border::AsIs},
    {"local_colwise", Style::Output, Border::Whole, Border::AsIs},
    {"rowwise", Style::Contracted, Border::AsIs, Border::Reduced},
    {"rowwise_rep", Style::Contracted, Border::Whole, Border::Reduced},
    {"rowwise_split_input", Style::Contracted, Border::Whole, Border::Reduced},
    {"packed_rowwise", Style::Contracted, Border::AsIs, Border::Reduced},
    {"local_rowwise", Style::Contracted, Border::AsIs, Border::AsIs},
    {"local_packed_rowwise", Style::Contracted, Border::AsIs, Border::AsIs},
    {"embedding_rowwise", Style::Contracted, Border::Whole, Border::Reduced},
    {"embedding_colwise", Style::Output, Border::Whole, Border::Whole},
    {"sequence_parallel", Style::None, Border::Sequence, Border::Sequence},
    {"replicated", Style::None, Border::Whole, Border::Whole},
    {"replicate", Style::None, Border::Whole, Border::Whole},
    {"replicated_with_grad_allreduce", Style::None, Border::AsIs, Border::AsIs},
    {"local", Style::None, Border::AsIs, Border::AsIs},
    {"gather", Style::None, Border::AsIs, Border::Reduced},
    {"all_reduce", Style::None, Border::AsIs, Border::Reduced},
};

/// Styles of experts, and of attention with compressed keys and values.
static constexpr StringRef unsupportedStyles[] = {"ep_router",           "grouped_gemm",   "moe_tp_experts",
                                                  "moe_identity_expert", "megamoe_router", "megamoe_experts",
                                                  "mla_kv_a_proj"};

static const Style *findStyle(StringRef name) {
  for (const Style &style : styles)
    if (style.name == name)
      return &style;
  return nullptr;
}

static void reportUnknownStyle(Location loc, StringRef name) {
  if (llvm::is_contained(unsupportedStyles, name)) {
    emitError(loc) << "style \"" << name
                   << "\" is not supported yet: it is for experts, or for compressed keys and values";
    return;
  }
  InFlightDiagnostic diag = emitError(loc) << "unknown style \"" << name << "\"; known: ";
  llvm::interleaveComma(styles, diag, [&](const Style &style) { diag << style.name; });
}

static bool matchesPath(StringRef pattern, StringRef path) {
  while (true) {
    auto [patternHead, patternRest] = pattern.split('.');
    auto [pathHead, pathRest] = path.split('.');
    if (patternHead != "*" && patternHead != pathHead)
      return false;
    if (patternRest.empty() || pathRest.empty())
      return patternRest.empty() && pathRest.empty();
    pattern = patternRest;
    path = pathRest;
  }
}

namespace {
/// One rule of the plan.
struct Rule {
  StringRef pattern;
  const Style *style;
  Location loc;
};
} // namespace

static FailureOr<Rule> readRule(ModuleOp module, dist::PlanRuleAttr rule) {
  Location loc = rule.getLoc() ? Location(rule.getLoc()) : module.getLoc();
  const Style *style = findStyle(rule.getStyle());
  if (!style) {
    reportUnknownStyle(loc, rule.getStyle());
    return failure();
  }
  return Rule{rule.getPattern(), style, loc};
}

FailureOr<TensorParallelPlan> TensorParallelPlan::match(ModuleOp module, ModuleNode &root, const Options &options) {
  TensorParallelPlan plan(options);
  dist::TpPlanAttr given = dist::getTpPlan(module);
  for (dist::PlanRuleAttr entry : given ? given.getRules() : ArrayRef<dist::PlanRuleAttr>()) {
    FailureOr<Rule> rule = readRule(module, entry);
    if (failed(rule))
      return failure();
    bool any = false, conflict = false;
    root.walk([&](ModuleNode &node) {
      if (node.path.empty() || conflict || !matchesPath(rule->pattern, node.path))
        return;
      any = true;
      auto [it, inserted] = plan.matches.try_emplace(&node, Match{rule->style, rule->loc, rule->pattern.str()});
      if (inserted || it->second.style == rule->style)
        return;
      conflict = true;
      InFlightDiagnostic diag = emitError(rule->loc) << "pattern \"" << rule->pattern << "\" gives module " << node.path
                                                     << " the style " << rule->style->name;
      diag.attachNote(it->second.loc) << "pattern \"" << it->second.pattern << "\" gives it " << it->second.style->name;
    });
    if (conflict)
      return failure();
    if (!any)
      return emitError(rule->loc) << "pattern \"" << rule->pattern << "\" matches no module", failure();
  }
  if (options.ranks > 1 && options.sequenceParallel && plan.matches.empty())
    return module.emitError(
               "sequence parallelism splits what lies between the modules of a tensor-parallel plan, and the plan "
               "is empty; name a plan"),
           failure();
  for (auto [name, argument] :
       llvm::zip(root.moduleClass.getArgumentNames(), root.moduleClass.getForwardBlock()->getArguments()))
    if (!plan.tokens && llvm::is_contained(tokenInputs, name))
      plan.tokens = dyn_cast<RankedTensorType>(argument.getType());
  if (failed(plan.checkApplicable(root)) || (plan.tokens && failed(plan.checkSequences(root))))
    return failure();
  return plan;
}

const Style *TensorParallelPlan::styleOf(const ModuleNode &node) const {
  auto it = matches.find(&node);
  return it == matches.end() ? nullptr : it->second.style;
}

Location TensorParallelPlan::locationOf(ModuleNode &node) const {
  auto it = matches.find(&node);
  return it == matches.end() ? node.moduleClass.getLoc() : it->second.loc;
}

std::string TensorParallelPlan::causeOf(ModuleNode &node) const {
  const Style *style = styleOf(node);
  return node.pattern + ": " + (style ? style->name : "sequence_parallel").str();
}

static bool isInteger(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isInteger();
}

bool TensorParallelPlan::beginsActivations(ModuleNode &node) const {
  return options.sequenceParallel && !styleOf(node) && node.children.empty() && !node.parameters().empty() &&
         llvm::all_of(node.moduleClass.getForwardBlock()->getArguments(), isInteger);
}

Border TensorParallelPlan::resolve(Border border) const {
  if (options.ranks == 1)
    return Border::AsIs;
  if (border == Border::Reduced)
    return options.sequenceParallel ? Border::Sequence : Border::Whole;
  return border;
}

Border TensorParallelPlan::operandsOf(ModuleNode &node) const {
  const Style *style = styleOf(node);
  return resolve(style ? style->operands : beginsActivations(node) ? Border::Sequence : Border::AsIs);
}

Border TensorParallelPlan::resultsOf(ModuleNode &node) const {
  const Style *style = styleOf(node);
  return resolve(style ? style->results : Border::AsIs);
}

/// Returns the dimension of operand `operand` whose leading factor comes out of the operation, or is contracted; -1 if
/// there is none.
static int64_t findDim(const ShardingRule &rule, unsigned operand, Style::Shard shard) {
  auto occursInResult = [&](unsigned factor) {
    return llvm::any_of(rule.results, [&](const TensorFactors &dims) {
      return llvm::any_of(dims, [&](const DimFactors &dim) { return llvm::is_contained(dim, factor); });
    });
  };
  for (auto [dim, factors] : llvm::enumerate(rule.operands[operand])) {
    if (factors.empty() || rule.factors[factors.front()].kind == FactorKind::Whole)
      continue;
    if (occursInResult(factors.front()) == (shard == Style::Output))
      return dim;
  }
  return -1;
}

/// Returns the dimensions that `style` shards a parameter on, one for each use that has a factor for it.
static SmallVector<int64_t> shardedDims(ModuleNode &node, StringRef parameter, const Style &style) {
  SmallVector<int64_t> dims;
  node.moduleClass.getForwardBlock()->walk([&](ParameterUseOpInterface use) {
    if (use.getUsedParameter() != parameter)
      return;
    for (OpOperand &operand : use->getResult(0).getUses())
      if (auto ruled = dyn_cast<ShardingRuleOpInterface>(operand.getOwner()))
        if (int64_t dim = findDim(ruled.getShardingRule(), operand.getOperandNumber(), style.shard); dim >= 0)
          dims.push_back(dim);
  });
  return dims;
}

bool TensorParallelPlan::isContraction(ModuleNode &node, Operation *op) const {
  const Style *style = styleOf(node);
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  return style && style->shard == Style::Contracted && ruled &&
         llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
           return operand.get().getDefiningOp<ParameterUseOpInterface>() &&
                  findDim(ruled.getShardingRule(), operand.getOperandNumber(), style->shard) >= 0;
         });
}

int64_t TensorParallelPlan::shardedDim(ModuleNode &node, StringRef name) const {
  const Style *style = styleOf(node);
  if (!style || style->shard == Style::None || options.ranks == 1)
    return -1;
  SmallVector<int64_t> dims = shardedDims(node, name, *style);
  return dims.empty() ? -1 : dims.front();
}

LogicalResult TensorParallelPlan::checkApplicable(ModuleNode &root) const {
  LogicalResult result = success();
  root.walk([&](ModuleNode &node) {
    const Style *style = styleOf(node);
    if (style && style->shard != Style::None && succeeded(result))
      result = checkApplicable(node, *style);
  });
  return result;
}

LogicalResult TensorParallelPlan::checkApplicable(ModuleNode &node, const Style &style) const {
  bool applies = false;
  for (ParameterOpInterface parameter : node.parameters()) {
    SmallVector<int64_t> dims = shardedDims(node, parameter.getParameterName(), style);
    applies |= !dims.empty();
    if (!dims.empty() && !llvm::all_equal(dims))
      return parameter.emitError("style \"")
             << style.name << "\" shards parameter " << node.join(parameter.getParameterName()) << " on dimension "
             << *llvm::min_element(dims) << " for one of its uses and on dimension " << *llvm::max_element(dims)
             << " for another";
  }
  if (applies)
    return success();
  return emitError(locationOf(node)) << "style \"" << style.name << "\" cannot be applied to module " << node.path
                                     << ": it has no parameter with a factor that "
                                     << (style.shard == Style::Output ? "comes out" : "is contracted")
                                     << " and may be sharded";
}

//=== ------------------------------------------------------------------------------------------===//
// Sequences
//=== ------------------------------------------------------------------------------------------===//

bool TensorParallelPlan::hasSequence(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() >= 2 && type.getShape().take_front(2) == tokens.getShape();
}

/// Returns true for an integer of rank 0, which is no part of a sequence: a number of an element of a list.
static bool isNumber(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 0 && type.getElementType().isInteger();
}

LogicalResult TensorParallelPlan::checkSequence(ModuleNode &node, ValueRange values, StringRef what) const {
  for (auto [i, value] : llvm::enumerate(values))
    if (!hasSequence(value) && !isNumber(value))
      return emitError(locationOf(node)) << causeOf(node) << " splits " << what << " " << i
                                         << " by its sequence, and its type, " << value.getType()
                                         << ", does not begin with the batch and the sequence of the tokens, " << tokens
                                         << "; give the module another style";
  if (int64_t length = tokens.getDimSize(1); length % options.ranks)
    return emitError(locationOf(node))
           << causeOf(node) << " splits activations by their sequence, whose length must be a multiple of the "
           << options.ranks << " tensor-parallel ranks, got " << length
           << "; choose another sequence length, or a tp size that divides it";
  return success();
}

LogicalResult TensorParallelPlan::checkSequences(ModuleNode &root) const {
  LogicalResult result = success();
  root.walk([&](ModuleNode &node) {
    Block *block = node.moduleClass.getForwardBlock();
    if (succeeded(result) && operandsOf(node) == Border::Sequence)
      result = checkSequence(node, block->getArguments(), "operand");
    if (succeeded(result) && resultsOf(node) == Border::Sequence)
      result = checkSequence(node, block->getTerminator()->getOperands(), "result");
  });
  return result;
}

} // namespace shardc
