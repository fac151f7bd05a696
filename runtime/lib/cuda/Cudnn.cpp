//===- Cudnn.cpp - cuDNN's attention, opened at run time ----------------------------===//
//
// Graphs are built by cuDNN's frontend, which is headers alone and takes cuDNN's functions from the library that is
// opened here.
//
//===----------------------------------------------------------------------------------===//

#include "cuda/Cudnn.h"
#include "cuda/Library.h"
#include "program/Error.h"

#define NV_CUDNN_FRONTEND_USE_DYNAMIC_LOADING
#include <cuda.h>
#include <cudnn_frontend.h>

#include <cstdlib>

using namespace shardrt;
using namespace shardrt::cuda;
namespace frontend = cudnn_frontend;

namespace cudnn_frontend {
/// Where the frontend looks functions up.
void *cudnn_dlhandle = nullptr;
} // namespace cudnn_frontend

/// The first version whose graphs have sliding windows, and device properties without a device.
static constexpr size_t leastVersion = 90800;

/// Returns the first line: what follows tells of every engine that was tried.
static std::string firstLine(const std::string &text) {
  return text.substr(0, text.find('\n'));
}

static void check(frontend::error_t result, const char *doing) {
  if (result.is_bad())
    fail(Exit::NoDevice, "cuDNN does not take it ({}): {}", doing, firstLine(result.get_message()));
}

static std::string describeStatus(cudnnStatus_t status) {
  return frontend::detail::get_error_string(status);
}

namespace {

using Tensor = std::shared_ptr<frontend::graph::Tensor_attributes>;
using Type = frontend::DataType_t;

/// What plans are made for: a GPU with cuDNN's handle of it, or the description of one.
struct Target {
  cudnnHandle_t handle = nullptr;
  std::shared_ptr<frontend::DeviceProperties> properties;
  int capability = 0;
};

/// The numbers by which a graph and the pointers of a run know tensors.
enum Number : int64_t { Q = 1, K, V, Out, Lse, Dout, Dq, Dk, Dv };

/// A graph under construction, with the tensors of one shape.
class GraphBuilder {
public:
  GraphBuilder(const Target &target, const AttentionShape &shape)
      : shape(shape), graph(std::make_shared<frontend::graph::Graph>()) {
    graph->set_io_data_type(Type::BFLOAT16).set_intermediate_data_type(Type::FLOAT).set_compute_data_type(Type::FLOAT);
    if (target.properties)
      graph->set_device_properties(target.properties).set_sm_version(target.capability);
  }

  Tensor add(Number number) {
    Tensor made = graph->tensor(frontend::graph::Tensor_attributes().set_name(nameOf(number)));
    describe(made, number);
    return made;
  }
  void setOutput(const Tensor &tensor, Number number) {
    tensor->set_output(true);
    describe(tensor, number);
  }
  /// Sets what both passes share. Causal is by index, the first query and the first key at the same place.
  template <typename Attributes> Attributes attributes() const {
    Attributes made;
    made.set_name("attention").set_attn_scale(static_cast<float>(shape.scale));
    if (shape.causal)
      made.set_diagonal_alignment(frontend::DiagonalAlignment_t::TOP_LEFT).set_diagonal_band_right_bound(0);
    if (shape.causal && shape.window > 0) // column + window > row
      made.set_diagonal_band_left_bound(static_cast<int>(shape.window));
    return made;
  }

  const AttentionShape &shape;
  std::shared_ptr<frontend::graph::Graph> graph;

private:
  static const char *nameOf(Number number) {
    constexpr const char *names[] = {"", "q", "k", "v", "out", "lse", "dout", "dq", "dk", "dv"};
    return names[number];
  }

  /// cuDNN's order of dimensions is batch, head, row, element, wherever they lie.
  void describe(const Tensor &tensor, Number number) const {
    bool isOfKeys = number == K || number == V || number == Dk || number == Dv;
    int64_t heads = isOfKeys ? shape.kvHeads : shape.heads, length = isOfKeys ? shape.kLen : shape.qLen,
            dim = shape.dim;
    tensor->set_uid(number);
    if (number == Lse)
      tensor->set_data_type(Type::FLOAT)
          .set_dim({shape.batch, heads, length, 1})
          .set_stride({heads * length, length, 1, 1});
    else
      tensor->set_data_type(Type::BFLOAT16)
          .set_dim({shape.batch, heads, length, dim})
          .set_stride({length * heads * dim, dim, heads * dim, 1});
  }
};

class Plan final : public CudnnPlan {
public:
  /// Chooses the engine that cuDNN's heuristics prefer, and makes it ready.
  Plan(const Target &target, std::shared_ptr<frontend::graph::Graph> graph) : target(target), graph(std::move(graph)) {
    frontend::graph::Graph &made = *this->graph;
    check(made.validate(), "checking the graph");
    check(made.build_operation_graph(target.handle), "building the graph");
    check(made.create_execution_plans({frontend::HeurMode_t::A}), "choosing an engine");
    check(made.check_support(), "choosing an engine");
    check(made.build_plans(frontend::BuildPlanPolicy_t::HEURISTICS_CHOICE), "building the engine");
    check(made.get_workspace_size(workspaceBytes), "asking for the workspace");
  }

  int64_t getWorkspaceBytes() const override { return workspaceBytes; }
  std::string getName() const override {
    std::string name;
    check(graph->get_plan_name(name), "asking for the engine's name");
    return name;
  }

  void run(const AttentionTensors &tensors, const AttentionGradients *gradients, CUstream_st *stream) override {
    auto pointer = [](const void *address) { return const_cast<void *>(address); };
    std::unordered_map<int64_t, void *> pointers = {{Q, pointer(tensors.q)},
                                                    {K, pointer(tensors.k)},
                                                    {V, pointer(tensors.v)},
                                                    {Out, tensors.out},
                                                    {Lse, tensors.lse}};
    if (gradients)
      pointers.insert(
          {{Dout, pointer(gradients->dout)}, {Dq, gradients->dq}, {Dk, gradients->dk}, {Dv, gradients->dv}});
    if (cudnnStatus_t status = frontend::detail::set_stream(target.handle, stream); status != CUDNN_STATUS_SUCCESS)
      fail(Exit::NoDevice, "giving cuDNN a stream: {}", describeStatus(status));
    try {
      if (frontend::error_t result = graph->execute(target.handle, pointers, tensors.workspace); result.is_bad())
        fail(Exit::NoDevice, "running attention by cuDNN: {}", firstLine(result.get_message()));
    } catch (const Error &) {
      throw;
    } catch (const std::exception &error) { // the frontend's, which no program may see
      fail(Exit::NoDevice, "running attention by cuDNN: {}", error.what());
    }
  }

private:
  const Target &target;
  std::shared_ptr<frontend::graph::Graph> graph;
  int64_t workspaceBytes = 0;
};

class OpenedCudnn final : public Cudnn {
public:
  explicit OpenedCudnn(Target target) : target(std::move(target)) {}
  ~OpenedCudnn() override {
    if (target.handle)
      frontend::detail::destroy_handle(target.handle);
  }

  std::string getVersion() const override {
    size_t version = frontend::detail::get_backend_version();
    return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
  }

  std::unique_ptr<CudnnPlan> planForward(const AttentionShape &shape) override {
    return plan(shape, [](GraphBuilder &builder) {
      auto attributes = builder.attributes<frontend::graph::SDPA_attributes>().set_generate_stats(true);
      auto [out, lse] = builder.graph->sdpa(builder.add(Q), builder.add(K), builder.add(V), attributes);
      builder.setOutput(out, Out);
      builder.setOutput(lse, Lse);
    });
  }

  std::unique_ptr<CudnnPlan> planGradient(const AttentionShape &shape) override {
    return plan(shape, [](GraphBuilder &builder) {
      auto attributes =
          builder.attributes<frontend::graph::SDPA_backward_attributes>().set_deterministic_algorithm(true);
      auto [dq, dk, dv] = builder.graph->sdpa_backward(builder.add(Q), builder.add(K), builder.add(V), builder.add(Out),
                                                       builder.add(Dout), builder.add(Lse), attributes);
      builder.setOutput(dq, Dq);
      builder.setOutput(dk, Dk);
      builder.setOutput(dv, Dv);
    });
  }

private:
  Target target;

  template <typename Build> std::unique_ptr<CudnnPlan> plan(const AttentionShape &shape, Build build) {
    try {
      GraphBuilder builder(target, shape);
      build(builder);
      return std::make_unique<Plan>(target, builder.graph);
    } catch (const Error &) {
      throw;
    } catch (const std::exception &error) { // the frontend's, of a library that lacks a function
      fail(Exit::NoDevice, "cuDNN does not take it: {}", error.what());
    }
  }
};

} // namespace

static void openLibrary() {
  static const Library library({"libcudnn.so.9"}, "cuDNN 9");
  frontend::cudnn_dlhandle = library.getHandle();
  size_t version = frontend::detail::get_backend_version();
  if (version < leastVersion)
    fail(Exit::NoDevice, "expected cuDNN 9.8 or later, found {}.{}.{}", version / 10000, version / 100 % 100,
         version % 100);
}

/// The frontend asks CUDA's runtime library, which nothing else here needs, while a section is captured: where it is
/// missing, that is known before. Of several it would take the oldest.
static void openRuntimeLibrary() {
  setenv("CUDNN_FRONTEND_CUDART_LIB_NAME", fmt::format("libcudart.so.{}", CUDA_VERSION / 1000).c_str(),
         /*overwrite=*/0);
  try {
    frontend::detail::loaded_cudart_version();
  } catch (const std::exception &error) {
    fail(Exit::NoDevice, "cuDNN needs CUDA's runtime library: {}", error.what());
  }
}

std::unique_ptr<Cudnn> cuda::openCudnn() {
  openLibrary();
  openRuntimeLibrary();
  Target target;
  if (cudnnStatus_t status = frontend::detail::create_handle(&target.handle); status != CUDNN_STATUS_SUCCESS)
    fail(Exit::NoDevice, "starting cuDNN: {}", describeStatus(status));
  return std::make_unique<OpenedCudnn>(std::move(target));
}

std::unique_ptr<Cudnn> cuda::openCudnnWithoutGpu(const std::string &properties, int capability) {
  openLibrary();
  Target target;
  target.properties = std::make_shared<frontend::DeviceProperties>();
  target.capability = capability;
  check(target.properties->deserialize({properties.begin(), properties.end()}), "reading the properties of a GPU");
  return std::make_unique<OpenedCudnn>(std::move(target));
}
