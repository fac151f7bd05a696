//===- Manifest.h - What a program says of itself -----------------------------===//
//
// The JSON of docs/manifest.md as C++ values, checked: sizes agree with the mesh, and every offset lies within the
// arena.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_MANIFEST_H
#define SHARDRT_LIB_PROGRAM_MANIFEST_H

#include "program/Mesh.h"
#include "program/ModelKey.h"
#include "shardrt/abi.h"

#include <map>
#include <optional>
#include <string_view>

namespace shardrt {

enum class Init { Normal, Ones, Zeros };

/// Where a parameter lies in a checkpoint's tensor that holds several: from `at` on along dimension `dim`, of size
/// `size`.
struct TensorPart {
  std::string tensor;
  int64_t dim, at, size;
};

/// A parameter: its global tensor, the axes of each dimension, and where this rank's padded shard lies in the arena.
struct Parameter {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<std::vector<std::string>> sharding;
  std::vector<int64_t> localShape;
  int64_t offset;
  Init init;
  std::vector<std::string> aliases;
  std::optional<TensorPart> part = std::nullopt;

  /// The name and shape of the tensor that a checkpoint keeps it in.
  const std::string &tensorName() const { return part ? part->tensor : name; }
  std::vector<int64_t> tensorShape() const;
};

/// An int32 matrix [samples of this rank, sequence length] that the loader writes for each micro batch.
struct Input {
  int64_t offset;
  std::vector<int64_t> shape;
};

/// Byte offsets of the step's scalars, each of the program's dtype.
struct Scalars {
  int64_t learningRate, biasCorrection1, biasCorrection2, inverseLabelCount, loss, gradNorm;
};

struct StepEntry {
  std::string section;
  int64_t repeat;
};

struct Train {
  int64_t globalBatch, sequenceLength, accumulation, steps, warmupSteps;
  double learningRate, minLearningRate, beta1, beta2;
};

struct MemoryKind {
  std::string kind;
  int64_t bytes;
};

/// The calls of one cause: how many in a step, and the bytes that one rank sends in them.
struct CollectiveSummary {
  std::string kind;
  int64_t group;
  int64_t count;
  int64_t bytes;
  std::string cause;
};

/// A kernel, the size of its launches (blocks, and threads of each), and the number of its arguments.
struct GpuFunction {
  std::string name;
  int64_t grid, threads, arguments;
};

/// Code for GPUs, under a symbol of the program: PTX, zero-terminated, or a binary.
struct GpuImage {
  bool isPtx;
  std::string architecture; ///< sm_90
  int capability;           ///< 90 for sm_90
  char variant;             ///< 'a' of sm_90a, for no other GPU; 'f' of sm_100f, for its family alone; 0 of sm_90
  std::string symbol;
};

/// A call of a library function by the program's sections, in the numbers of abi.h.
struct LibraryCall {
  std::string function;
  std::vector<std::string> inputs; ///< for each pointer to an operand the input of the program that it is, or nothing
  std::vector<int64_t> integers;
  std::vector<double> floats;
};

/// What a program for GPUs has beside its host code. Tasks run on the streams; the first one has all matrix products.
struct GpuCode {
  std::vector<std::string> streams;
  std::vector<GpuFunction> functions;
  std::vector<std::string> taskNames;
  std::map<std::string, std::vector<int64_t>> tasks; ///< by section: for each task the number of its name
  std::vector<GpuImage> images;
  std::vector<LibraryCall> calls; ///< those that differ
};

struct Manifest {
  std::string name;
  std::string digest;
  std::string targetKind;
  std::string cpu;
  std::vector<std::string> features;
  shardrt_dtype dtype;        ///< of parameters, the optimizer and scalars
  shardrt_dtype computeDtype; ///< of what is computed from them
  Mesh mesh;
  std::vector<std::vector<std::string>> groups;
  int64_t arenaBytes, persistentBytes, lowerBound;
  std::vector<MemoryKind> memory;
  std::vector<CollectiveSummary> collectives;
  std::vector<Parameter> parameters;
  std::vector<std::string> batchAxes;
  std::optional<Input> tokens, targets, positions; ///< those that the model takes
  Scalars scalars;
  std::vector<StepEntry> step;
  std::optional<GpuCode> gpu; ///< of programs whose targetKind is cuda, and of no others
  Train train;
  int64_t vocabSize;
  double initializerRange;
  std::vector<ModelKey> modelKeys; ///< what weights of another config.json must agree in
  std::string config;              ///< the text of the model's config.json; empty for a model that has none

  /// Bytes of one element of the program's dtype.
  int64_t elementSize() const { return dtype == SHARDRT_F64 ? 8 : 4; }
  /// Samples of one micro batch that a rank takes.
  int64_t localBatch() const { return train.globalBatch / mesh.size(batchAxes); }
};

/// Parses and checks `text`, the manifest of the program file `path`. Throws Error (BadInput).
Manifest parseManifest(std::string_view text, const std::string &path);

/// Returns a text such as `1.5 GiB`.
std::string formatBytes(int64_t bytes);

} // namespace shardrt
#endif
