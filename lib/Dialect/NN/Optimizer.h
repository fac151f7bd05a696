//===- Optimizer.h - What training needs of the nn dialect -------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_NN_OPTIMIZER_H
#define SHARDC_LIB_DIALECT_NN_OPTIMIZER_H

#include "shardc/Dialect/NN/NN.h"

namespace shardc::nn {

/// Attaches the TrainingDialectInterface of `nn`.
void addTrainingInterface(NNDialect &dialect);

} // namespace shardc::nn

#endif // SHARDC_LIB_DIALECT_NN_OPTIMIZER_H
