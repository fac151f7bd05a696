//===- KernelText.h - Writes and runs kernels for tests ----------------------------------------===//
#ifndef SHARDC_TEST_CONVERSION_KERNELTEXT_H
#define SHARDC_TEST_CONVERSION_KERNELTEXT_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace shardc::test {

using Numbers = std::vector<double>;
using Shape = std::vector<int64_t>;

/// A value of a kernel's body.
struct Tensor {
  std::string name;
  Shape shape;
  std::string element;
  std::string type() const;
  int64_t size() const;
};

/// Text of an exec.kernel. In payloads `T` is the element type, %0, %1, ... are the inputs and then the outputs.
class KernelText {
public:
  KernelText(std::string element, Shape rows) : element(std::move(element)), rows(std::move(rows)) {}

  Tensor argument(Shape shape, Numbers values, const std::string &element = "");
  Tensor empty(Shape shape, const std::string &element = "");
  Tensor filled(Shape shape, const std::string &number);
  /// A line of the body, with `T` replaced; `%result` is the value that it defines, of `shape`.
  Tensor line(Shape shape, const std::string &text);
  /// loops: "b t d". maps: one for each input and output, "b, t, d" or "b, 0, d + 4". Loops that the last map does not
  /// list are reductions.
  Tensor generic(const std::string &loops, const std::vector<std::string> &maps, const std::vector<Tensor> &inputs,
                 const Tensor &output, const std::string &payload);

  /// Compiles for `cpu`, or for a GPU such as sm_90, runs all rows and returns the results. `inPlace` holds pairs of a
  /// result and an argument that share bytes. Fails the test if bytes elsewhere change.
  std::vector<Numbers> run(const std::vector<Tensor> &results, const std::string &cpu,
                           const std::vector<int64_t> &inPlace = {});

private:
  /// Where everything lies in the arena.
  struct Layout {
    std::vector<int64_t> arguments, results;
    int64_t bytes;
    int64_t add(const Tensor &tensor);
  };

  std::vector<Numbers> runOnCpu(const std::vector<Tensor> &results, const std::string &cpu,
                                const std::vector<int64_t> &inPlace, const Layout &layout);
  std::vector<Numbers> runOnGpu(const std::vector<Tensor> &results, const std::string &architecture,
                                const std::vector<int64_t> &inPlace, const Layout &layout);
  std::vector<Numbers> runIn(const std::vector<Tensor> &results, const Layout &layout,
                             const std::function<void(std::vector<char> &)> &execute);
  std::string substitute(std::string text) const;
  std::string kernel(const std::vector<Tensor> &results, const std::vector<int64_t> &inPlace) const;
  /// Returns a program whose only section runs the kernel.
  std::string program(const std::vector<Tensor> &results, const std::vector<int64_t> &inPlace,
                      const Layout &layout) const;

  std::string element;
  Shape rows;
  std::string body;
  std::vector<Tensor> arguments;
  std::vector<Numbers> values;
  int numNames = 0;
};

/// The nearest bfloat16, ties to even; what is no number stays so.
double toBFloat16(double number);

/// The same numbers each time, in [low, high).
Numbers random(int64_t count, double low, double high, unsigned seed);

/// Fails the test where `actual` differs from `expected` by more than tolerance * (|expected| + scale).
void expectNear(const Numbers &actual, const Numbers &expected, double tolerance, double scale = 1.0);

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_KERNELTEXT_H
