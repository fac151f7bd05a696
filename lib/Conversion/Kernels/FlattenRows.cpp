//===- FlattenRows.cpp - Rows of one width for what treats all elements alike ------------------===//
//
// A kernel that does the same to every element has the rows of its tensors' shape. As rows of one width it is spread
// evenly whatever the shape, and on tensors of other shapes it is the same code.
//
//=== ------------------------------------------------------------------------------------------===//
#include "shardc/Conversion/Kernels/KernelPlan.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Elements of a row: as many as a few vectors for each thread of a block.
static constexpr int64_t usualWidth = 2048, leastWidth = 128;

namespace {

class Flattener {
public:
  explicit Flattener(KernelPlan &plan) : plan(plan) {}

  void run() {
    for (auto [index, node] : llvm::enumerate(plan.nodes))
      if (!llvm::is_contained(plan.prologue, index) && !canFlatten(node))
        return;
    width = std::min<int64_t>(usualWidth, count & -count);
    if (width < leastWidth)
      return;
    plan.rowSizes = {count / width};
    for (auto [index, node] : llvm::enumerate(plan.nodes))
      if (!llvm::is_contained(plan.prologue, index))
        flatten(node);
  }

private:
  /// Whether the access is the element that all loops count: as in a tensor of the loops' sizes.
  bool isDense(const Access &access, const Node &node) const {
    int64_t stride = 1;
    auto counts = [&](ArrayRef<int64_t> sizes, ArrayRef<int64_t> coefficients) {
      for (auto [size, coefficient] : llvm::reverse(llvm::zip(sizes, coefficients))) {
        if (size != 1 && coefficient != stride)
          return false;
        stride *= size;
      }
      return true;
    };
    return access.offset == 0 && counts(node.inner, access.inner) && counts(plan.rows(), access.rows);
  }
  /// Whether the access is always the same element.
  static bool isFixed(const Access &access) {
    auto isZero = [](int64_t coefficient) { return coefficient == 0; };
    return access.offset == 0 && llvm::all_of(access.inner, isZero) && llvm::all_of(access.rows, isZero);
  }

  bool canFlatten(const Node &node) {
    int64_t points = plan.numRows() * llvm::product_of(node.inner);
    if (plan.rows().empty() || !node.gathered.empty() || (count != 0 && points != count))
      return false;
    count = points;
    if (linalg::GenericOp op = node.op; op && op.hasIndexSemantics())
      return false;
    auto isAlike = [&](const Access &access) { return isFixed(access) || isDense(access, node); };
    return llvm::all_of(node.inputs, isAlike) && llvm::all_of(node.outputs, [&](const Output &output) {
             if (output.combiner) // a sum of everything
               return plan.slots[output.access.slot].accumulatesRows && isFixed(output.access) &&
                      output.reducedFrom == 0;
             return isDense(output.access, node) && (!output.init || isAlike(*output.init));
           });
  }

  void flatten(Node &node) const {
    auto change = [&](Access &access) {
      bool isOne = isFixed(access);
      access.rows = {isOne || count == width ? 0 : width};
      access.inner = {isOne ? 0 : 1};
    };
    for (Access &access : node.inputs)
      change(access);
    for (Output &output : node.outputs) {
      change(output.access);
      if (output.init)
        change(*output.init);
      output.reducedFrom = output.combiner ? 0 : 1;
    }
    node.inner = {width};
    node.innerOf = {0};
  }

  KernelPlan &plan;
  int64_t count = 0, width = 0;
};

} // namespace

void codegen::flattenRows(KernelPlan &plan) {
  Flattener(plan).run();
}
