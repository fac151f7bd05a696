//===- TensorParallelPlan.cpp - Styles by module pattern ----------------------------------------------------------------------------------===//
#include "TensorParallelPlan.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace shardc {

/// Hugging Face's names, and those of transformers 5. The results of a row-wise module are reduced at its border; those of a
/// column-wise one stay sharded. Packed parameters are parts of one tensor, and each part is sharded by itself. A replicated
/// parameter whose use is on shards has its gradient reduced by the algebra, with or without a style.
static constexpr Style styles[] = {
    {"colwise", Style::Output, true, false},
    {"colwise_rep", Style::Output, true, true},
    {"colwise_gather_output", Style::Output, true, true},
    {"packed_colwise", Style::Output, true, false},
    {"rowwise", Style::Contracted, false, true},
    {"rowwise_rep", Style::Contracted, true, true},
    {"rowwise_split_input", Style::Contracted, true, true},
    {"packed_rowwise", Style::Contracted, false, true},
    {"embedding_rowwise", Style::Contracted, true, true},
    {"replicated", Style::None, true, true},
    {"replicated_with_grad_allreduce", Style::None, false, false},
};

/// Styles that are known but whose sharding of the sequence, or of experts, is not built.
static constexpr StringRef unsupportedStyles[] = {
    "sequence_parallel", "local_colwise",  "local_rowwise",       "gather",           "ep_router", "grouped_gemm", "all_reduce",
    "mla_kv_a_proj",     "moe_tp_experts", "moe_identity_expert", "embedding_colwise"};

static const Style *findStyle(StringRef name) {
  for (const Style &style : styles)
    if (style.name == name)
      return &style;
  return nullptr;
}

static void reportUnknownStyle(Location loc, StringRef name) {
  if (llvm::is_contained(unsupportedStyles, name)) {
    emitError(loc) << "style \"" << name << "\" is not supported yet";
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
/// One entry of `dist.tp_plan`.
struct Rule {
  StringRef pattern;
  const Style *style;
  Location loc;
};
} // namespace

static FailureOr<Rule> readRule(ModuleOp module, Attribute entry) {
  auto dictionary = dyn_cast<DictionaryAttr>(entry);
  auto pattern = dictionary ? dictionary.getAs<StringAttr>("pattern") : StringAttr();
  auto name = dictionary ? dictionary.getAs<StringAttr>("style") : StringAttr();
  if (!pattern || !name)
    return module.emitError("an entry of dist.tp_plan must have a pattern and a style, got ") << entry, failure();
  auto given = dictionary.getAs<LocationAttr>("loc");
  Location loc = given ? Location(given) : module.getLoc();
  const Style *style = findStyle(name);
  if (!style) {
    reportUnknownStyle(loc, name);
    return failure();
  }
  return Rule{pattern, style, loc};
}

FailureOr<TensorParallelPlan> TensorParallelPlan::match(ModuleOp module, ModuleNode &root) {
  TensorParallelPlan plan;
  auto rules = module->getAttrOfType<ArrayAttr>("dist.tp_plan");
  for (Attribute entry : rules ? rules : ArrayAttr::get(module.getContext(), {})) {
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
  if (failed(plan.checkApplicable(root)))
    return failure();
  return plan;
}

const Style *TensorParallelPlan::styleOf(const ModuleNode &node) const {
  auto it = matches.find(&node);
  return it == matches.end() ? nullptr : it->second.style;
}

Location TensorParallelPlan::locationOf(const ModuleNode &node) const {
  return matches.find(&node)->second.loc;
}

/// Returns the dimension of operand `operand` whose leading factor comes out of the operation, or is contracted; -1 if there is
/// none.
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

int64_t TensorParallelPlan::shardedDim(ModuleNode &node, StringRef name) const {
  const Style *style = styleOf(node);
  if (!style || style->shard == Style::None)
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
                                     << (style.shard == Style::Output ? "comes out" : "is contracted") << " and may be sharded";
}

} // namespace shardc
