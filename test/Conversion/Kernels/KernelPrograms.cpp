//===- KernelPrograms.cpp - A program's kernels, each in a section of its own ------------------===//
//
// kernel-programs PLACED.mlir BASENAME [ARCHITECTURE]
//
// Takes what `shardc --target=cuda --emit=place` prints and writes BASENAME.cpu.shard, BASENAME.cuda.shard and
// BASENAME.json: the same kernels for both targets, a section for each that runs it once on arguments of its own, and
// where these and the results lie. `compare-kernels` runs the two side by side. Results never share bytes with
// arguments.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Parser/Parser.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Pipelines/Pipelines.h"
#include "shardc/Target/Codegen.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace shardc;
namespace json = llvm::json;

/// Bytes between buffers, which no kernel may touch.
static constexpr int64_t gap = 256;

namespace {

/// Gives buffers their places, one behind the other.
class Places {
public:
  explicit Places(int64_t begin) : end(llvm::alignTo(begin, gap)) {}
  int64_t add(int64_t bytes) {
    int64_t offset = end;
    end = llvm::alignTo(offset + bytes, gap) + gap;
    return offset;
  }
  int64_t getEnd() const { return end; }

private:
  int64_t end;
};

/// Turns a placed program into one whose sections run a kernel each.
class KernelSections {
public:
  explicit KernelSections(ModuleOp program)
      : program(program), arena(*program.getOps<exec::ArenaOp>().begin()),
        b(program.getLoc(), program.getBodyRegion()) {
    program.walk([&](exec::LaunchOp launch) { workspaces[launch.getKernel()] = launch.getWorkspace(); });
  }

  /// Returns what BASENAME.json says.
  json::Array write() {
    for (auto section : llvm::make_early_inc_range(program.getOps<exec::SectionOp>()))
      section.erase();
    Places places(arena.getPersistent());
    json::Array kernels;
    for (auto kernel : llvm::make_early_inc_range(program.getOps<exec::KernelOp>()))
      kernels.push_back(writeSection(kernel, places));
    arena.setBytes(places.getEnd());
    arena.setPersistent(places.getEnd());
    arena.setLowerBound(places.getEnd());
    return kernels;
  }

private:
  static json::Object describe(Type type, int64_t offset) {
    std::string element;
    llvm::raw_string_ostream(element) << cast<RankedTensorType>(type).getElementType();
    return json::Object{
        {"element", element}, {"elements", cast<RankedTensorType>(type).getNumElements()}, {"offset", offset}};
  }

  json::Object writeSection(exec::KernelOp kernel, Places &places) {
    FunctionType type = kernel.getFunctionType();
    json::Array arguments, results;
    SmallVector<int64_t> offsets;
    SmallVector<Value> inputs;
    b.setInsertionPointToEnd(program.getBody());
    std::string sectionName = ("run." + kernel.getSymName()).str();
    auto section = exec::SectionOp::create(b, sectionName, /*repeat=*/1);
    Block &body = section.getBody().front();
    for (auto [i, argument] : llvm::enumerate(type.getInputs())) {
      std::string name = (kernel.getSymName() + "." + Twine(i)).str();
      int64_t offset = places.add(bytesOf(argument));
      b.setInsertionPoint(section);
      auto state = exec::StateOp::create(b, name, Attribute(), argument, exec::MemoryKind::Activations);
      state.setOffset(offset);
      b.setInsertionPointToEnd(&body);
      inputs.push_back(exec::ReadOp::create(b, argument, name, Attribute()));
      arguments.push_back(describe(argument, offset));
    }
    for (Type result : type.getResults()) {
      offsets.push_back(places.add(bytesOf(result)));
      results.push_back(describe(result, offsets.back()));
    }
    b.setInsertionPointToEnd(&body);
    int64_t workspace = workspaces.lookup(kernel.getSymName());
    auto launch = exec::LaunchOp::create(b, type.getResults(), FlatSymbolRefAttr::get(kernel.getSymNameAttr()), inputs);
    launch.setWorkspace(workspace);
    exec::TaskOpInterface task = launch;
    task.setOrder(0, {});
    task.setBytes(offsets, workspace ? std::optional<int64_t>(places.add(workspace)) : std::nullopt);
    return json::Object{
        {"name", kernel.getSymName()}, {"arguments", std::move(arguments)}, {"results", std::move(results)}};
  }

  ModuleOp program;
  exec::ArenaOp arena;
  ImplicitLocOpBuilder b;
  llvm::StringMap<int64_t> workspaces;
};

} // namespace

/// Gives a program settings that agree with its inputs and sections; nothing of them is used.
static LogicalResult setSettings(ModuleOp program, int64_t sections) {
  dist::Settings settings = dist::getSettings(program);
  settings.accumulation = sections;
  settings.steps = 1;
  settings.warmupSteps = 0;
  settings.learningRate = 0;
  settings.minLearningRate = 0;
  dist::MeshOp mesh = *program.getOps<dist::MeshOp>().begin();
  for (auto state : program.getOps<dist::StateOp>())
    if (state.getSymName() == "tokens") {
      auto type = cast<RankedTensorType>(state.getType());
      settings.globalBatch = type.getDimSize(0);
      for (StringAttr axis : dist::Placement::of(type).dims.front())
        settings.globalBatch *= *mesh.getAxisSize(axis);
      settings.sequenceLength = type.getDimSize(1);
    }
  return dist::setSettings(program, settings);
}

static LogicalResult writeText(StringRef path, json::Array kernels) {
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  file << llvm::formatv("{0:2}", json::Value(std::move(kernels))) << "\n";
  file.close();
  if (error || file.has_error())
    llvm::errs() << "kernel-programs: cannot write " << path << "\n";
  return failure(error || file.has_error());
}

/// Leaves of a program for GPUs what one for the CPU has, too: kernels, without their functions and launches.
static void takeGpuCodeFrom(ModuleOp program) {
  for (auto kernel : program.getOps<exec::KernelOp>())
    kernel.removeGpuLaunchesAttr();
  if (ModuleOp functions = exec::codeModuleOf(program, exec::CodeModule::Kernels))
    functions.erase();
}

static LogicalResult compile(ModuleOp program, StringRef path) {
  PassManager passes(program.getContext(), ModuleOp::getOperationName());
  buildPhase(Phase::Codegen, passes, Options());
  return failure(failed(passes.run(program)) || failed(writeProgram(program, path)));
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (argc < 3 || argc > 4) {
    llvm::errs() << "usage: kernel-programs PLACED.mlir BASENAME [ARCHITECTURE]\n";
    return 2;
  }
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> program = parseSourceFile<ModuleOp>(argv[1], &context);
  if (!program)
    return 1;
  if (program->getOps<exec::ArenaOp>().empty() || program->getOps<exec::KernelOp>().empty()) {
    llvm::errs() << "kernel-programs: " << argv[1] << ": not a placed program with kernels\n";
    return 1;
  }
  json::Array kernels = KernelSections(*program).write();
  std::string base = argv[2];
  if (failed(setSettings(*program, static_cast<int64_t>(kernels.size()))))
    return 1;
  OwningOpRef<ModuleOp> forCpu = program->clone();
  StringAttr architecture = StringAttr::get(&context, argc == 4 ? argv[3] : "sm_90");
  exec::setTarget(*program, exec::TargetAttr::get(&context, exec::TargetKind::CUDA, "x86-64-v3", architecture,
                                                  exec::GpuCodeKind::Auto));
  takeGpuCodeFrom(*forCpu);
  exec::setTarget(*forCpu,
                  exec::TargetAttr::get(&context, exec::TargetKind::CPU, "x86-64-v3", {}, exec::GpuCodeKind::Auto));
  return failed(writeText(base + ".json", std::move(kernels))) || failed(compile(*program, base + ".cuda.shard")) ||
         failed(compile(*forCpu, base + ".cpu.shard"));
}
