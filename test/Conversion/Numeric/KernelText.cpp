//===- KernelText.cpp - Writes and runs kernels for tests --------------------------------------===//
#include "KernelText.h"
#include "Compile.h"
#include "Gpu.h"
#include "Runtime.h"
#include "shardrt/abi.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <random>

using namespace shardc;
using namespace shardc::test;

std::string Tensor::type() const {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

int64_t Tensor::size() const {
  return llvm::product_of(shape);
}

std::string KernelText::substitute(std::string text) const {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    bool word = (i > 0 && text[i - 1] != 'x' && llvm::isAlnum(text[i - 1])) ||
                (i + 1 < text.size() && llvm::isAlnum(text[i + 1]));
    result += text[i] == 'T' && !word ? element : std::string(1, text[i]);
  }
  return result;
}

Tensor KernelText::argument(Shape shape, Numbers numbers, const std::string &type) {
  values.push_back(std::move(numbers));
  return arguments.emplace_back(
      Tensor{"%a" + std::to_string(arguments.size()), std::move(shape), type.empty() ? element : type});
}

Tensor KernelText::empty(Shape shape, const std::string &type) {
  Tensor result{"%v" + std::to_string(numNames++), std::move(shape), type.empty() ? element : type};
  body += result.name + " = tensor.empty() : " + result.type() + "\n";
  return result;
}

Tensor KernelText::filled(Shape shape, const std::string &number) {
  Tensor start = empty(std::move(shape));
  Tensor result{"%v" + std::to_string(numNames++), start.shape, element};
  body += result.name + "c = arith.constant " + number + " : " + element + "\n";
  body += llvm::formatv("{0} = linalg.fill ins({0}c : {1}) outs({2} : {3}) -> {3}\n", result.name, element, start.name,
                        start.type())
              .str();
  return result;
}

Tensor KernelText::line(Shape shape, const std::string &text) {
  Tensor result{"%v" + std::to_string(numNames++), std::move(shape), element};
  std::string with = substitute(text);
  for (size_t at; (at = with.find("%result")) != std::string::npos;)
    with.replace(at, 7, result.name);
  body += with + "\n";
  return result;
}

Tensor KernelText::generic(const std::string &loops, const std::vector<std::string> &maps,
                           const std::vector<Tensor> &inputs, const Tensor &output, const std::string &payload) {
  Tensor result{"%v" + std::to_string(numNames++), output.shape, output.element};
  llvm::SmallVector<llvm::StringRef> names;
  llvm::SplitString(loops, names);
  std::vector<std::string> mapTexts, iterators, inputNames, inputTypes, blockArguments;
  for (const std::string &map : maps)
    mapTexts.push_back("affine_map<(" + llvm::join(names, ", ") + ") -> (" + map + ")>");
  for (llvm::StringRef name : names)
    iterators.push_back(llvm::StringRef(maps.back()).contains(name) ? "\"parallel\"" : "\"reduction\"");
  for (const Tensor &input : inputs) {
    inputNames.push_back(input.name);
    inputTypes.push_back(input.type());
    blockArguments.push_back("%" + std::to_string(blockArguments.size()) + ": " + input.element);
  }
  blockArguments.push_back("%" + std::to_string(blockArguments.size()) + ": " + output.element);
  std::string ins =
      inputs.empty() ? "" : "ins(" + llvm::join(inputNames, ", ") + " : " + llvm::join(inputTypes, ", ") + ")";
  body += llvm::formatv("{0} = linalg.generic {{indexing_maps = [{1}], iterator_types = [{2}]} {3} outs({4} : {5}) "
                        "{{\n^bb0({6}):\n{7}\n} -> {5}\n",
                        result.name, llvm::join(mapTexts, ", "), llvm::join(iterators, ", "), ins, output.name,
                        output.type(), llvm::join(blockArguments, ", "), substitute(payload))
              .str();
  return result;
}

static std::string listOf(llvm::ArrayRef<int64_t> numbers) {
  return llvm::join(llvm::map_range(numbers, [](int64_t n) { return std::to_string(n); }), ", ");
}

static std::string typesOf(llvm::ArrayRef<Tensor> tensors) {
  return llvm::join(llvm::map_range(tensors, [](const Tensor &t) { return t.type(); }), ", ");
}

std::string KernelText::kernel(const std::vector<Tensor> &results, const std::vector<int64_t> &inPlace) const {
  auto parameter = [](const Tensor &t) { return t.name + ": " + t.type(); };
  auto name = [](const Tensor &t) { return t.name; };
  return llvm::formatv(
             "exec.kernel @kernel({0}) -> ({1}) rows = [{2}] in_place = [{3}] {{\n{4}exec.yield {5} : {1}\n}\n",
             llvm::join(llvm::map_range(arguments, parameter), ", "), typesOf(results), listOf(rows), listOf(inPlace),
             body, llvm::join(llvm::map_range(results, name), ", "))
      .str();
}

//=== ------------------------------------------------------------------------------------------===//
// Running
//=== ------------------------------------------------------------------------------------------===//

namespace {

constexpr int64_t gap = 64; ///< bytes between buffers that must stay as they are
constexpr char untouched = 0x5a;

int64_t bytesIn(const Tensor &tensor) {
  return tensor.size() * (tensor.element == "f64" ? 8 : tensor.element == "bf16" ? 2 : 4);
}

template <typename T> void store(char *at, const Numbers &numbers) {
  for (size_t i = 0; i < numbers.size(); ++i)
    reinterpret_cast<T *>(at)[i] = static_cast<T>(numbers[i]);
}

template <typename T> Numbers load(const char *at, int64_t count) {
  return Numbers(reinterpret_cast<const T *>(at), reinterpret_cast<const T *>(at) + count);
}

struct BFloat16 {
  uint16_t bits;
  BFloat16(double number) : bits(toApFloat(number).bitcastToAPInt().getZExtValue()) {}
  operator double() const { return llvm::APFloat(llvm::APFloat::BFloat(), llvm::APInt(16, bits)).convertToDouble(); }

private:
  static llvm::APFloat toApFloat(double number) {
    llvm::APFloat wide(number);
    bool losesInfo;
    wide.convert(llvm::APFloat::BFloat(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    return wide;
  }
};

using Section = int32_t (*)(shardrt_rank *, char *);

} // namespace

int64_t KernelText::Layout::add(const Tensor &tensor) {
  int64_t offset = bytes;
  bytes = llvm::alignTo(bytes + bytesIn(tensor), 64) + gap;
  return offset;
}

std::vector<Numbers> KernelText::run(const std::vector<Tensor> &results, const std::string &cpu,
                                     const std::vector<int64_t> &inPlace) {
  Layout layout;
  layout.bytes = gap;
  for (const Tensor &argument : arguments)
    layout.arguments.push_back(layout.add(argument));
  for (const Tensor &result : results)
    layout.results.push_back(layout.add(result));
  for (size_t i = 0; i < inPlace.size(); i += 2)
    layout.results[inPlace[i]] = layout.arguments[inPlace[i + 1]];

  return cpu.starts_with("sm_") ? runOnGpu(results, cpu, inPlace, layout) : runOnCpu(results, cpu, inPlace, layout);
}

/// Stores the arguments in an arena, lets `execute` do its work there, and returns the results.
std::vector<Numbers> KernelText::runIn(const std::vector<Tensor> &results, const Layout &layout,
                                       const std::function<void(std::vector<char> &)> &execute) {
  std::vector<char> arena(layout.bytes, untouched);
  auto storeAt = [&](const Tensor &tensor, int64_t offset, const Numbers &numbers) {
    tensor.element == "f64"    ? store<double>(&arena[offset], numbers)
    : tensor.element == "f32"  ? store<float>(&arena[offset], numbers)
    : tensor.element == "bf16" ? store<BFloat16>(&arena[offset], numbers)
                               : store<int32_t>(&arena[offset], numbers);
  };
  for (size_t i = 0; i < arguments.size(); ++i)
    storeAt(arguments[i], layout.arguments[i], values[i]);
  std::vector<char> before = arena;
  execute(arena);
  std::vector<Numbers> outputs(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    int64_t offset = layout.results[i];
    outputs[i] = results[i].element == "f64"    ? load<double>(&arena[offset], results[i].size())
                 : results[i].element == "bf16" ? load<BFloat16>(&arena[offset], results[i].size())
                                                : load<float>(&arena[offset], results[i].size());
    std::copy_n(&before[offset], bytesIn(results[i]), &arena[offset]);
  }
  EXPECT_EQ(arena, before) << "bytes outside of the results have changed";
  return outputs;
}

std::string KernelText::program(const std::vector<Tensor> &results, const std::vector<int64_t> &inPlace,
                                const Layout &layout) const {
  std::string text = "module attributes {nn.model = #nn.model<root = @Model, vocab_size = 1, initializer_range = 1.0, "
                     "config = \"{}\">} {\ndist.mesh [\"dp\" = 1]\n" +
                     llvm::formatv("exec.arena bytes = {0} persistent = {0} lower_bound = {0}\n", layout.bytes).str();
  std::string section = "exec.section @run repeat = 1 {\n", inputs;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string type = arguments[i].type();
    text +=
        llvm::formatv("exec.state \"a{0}\" : {1} kind activations offset = {2}\n", i, type, layout.arguments[i]).str();
    section += llvm::formatv("%a{0} = exec.read \"a{0}\" : {1}\n", i, type).str();
    inputs += (i ? ", %a" : "%a") + std::to_string(i);
  }
  section += llvm::formatv("%r:{0} = exec.launch @kernel({1}) order <0 on compute> bytes <[{2}]> : ({3}) -> ({4})\n}\n",
                           results.size(), inputs, listOf(layout.results), typesOf(arguments), typesOf(results))
                 .str();
  return text + kernel(results, inPlace) + section + "}\n";
}

std::vector<Numbers> KernelText::runOnCpu(const std::vector<Tensor> &results, const std::string &cpu,
                                          const std::vector<int64_t> &inPlace, const Layout &layout) {
  void *library = compileAndOpen(program(results, inPlace, layout), cpu);
  if (!library)
    return std::vector<Numbers>(results.size());
  std::vector<Numbers> outputs = runIn(results, layout, [&](std::vector<char> &arena) {
    EXPECT_EQ(reinterpret_cast<Section>(dlsym(library, "shard_section_run"))(nullptr, arena.data()), 0);
  });
  dlclose(library);
  return outputs;
}

std::vector<Numbers> KernelText::runOnGpu(const std::vector<Tensor> &results, const std::string &architecture,
                                          const std::vector<int64_t> &inPlace, const Layout &layout) {
  std::optional<GpuKernel> code = compileForGpu(program(results, inPlace, layout), architecture);
  if (!code)
    return std::vector<Numbers>(results.size());
  return runIn(results, layout, [&](std::vector<char> &arena) {
    std::vector<char *> pointers;
    for (int64_t offset : llvm::concat<const int64_t>(layout.arguments, layout.results))
      pointers.push_back(&arena[offset]);
    std::vector<int64_t> coordinates(llvm::StringRef(body).count("dist.coordinate"), coordinate);
    std::string error = test::runOnGpu(code->ptx, code->launches, code->workspaceBytes, arena, pointers, coordinates);
    EXPECT_EQ(error, "");
  });
}

double test::toBFloat16(double number) {
  return BFloat16(number);
}

Numbers test::random(int64_t count, double low, double high, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> distribution(low, high);
  Numbers numbers(count);
  for (double &number : numbers)
    number = static_cast<float>(distribution(engine)); // the same for both types
  return numbers;
}

void test::expectNear(const Numbers &actual, const Numbers &expected, double tolerance, double scale) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    if (!(actual[i] == expected[i] ||
          std::abs(actual[i] - expected[i]) <= tolerance * (std::abs(expected[i]) + scale))) {
      ADD_FAILURE() << "element " << i << " of " << actual.size() << " is " << actual[i] << ", expected "
                    << expected[i];
      return;
    }
}
