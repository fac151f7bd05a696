//===- KernelTest.cpp - Compiled kernels against loops written by hand -------------------------===//
#include "KernelText.h"
#include "Runtime.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace shardc::test;

namespace {

struct Case {
  std::string element, cpu;
};

class Kernel : public testing::TestWithParam<Case> {
protected:
  void SetUp() override {
    if (GetParam().cpu == "x86-64-v4" && !llvm::sys::getHostCPUFeatures().lookup("avx512vl"))
      GTEST_SKIP() << "needs AVX-512";
  }

  /// Functions of float64, and sines, are calls of libm, which a GPU has not.
  bool lacksFunctions() const { return GetParam().cpu.starts_with("sm_") && GetParam().element == "f64"; }
  KernelText text(Shape rows) { return KernelText(GetParam().element, std::move(rows)); }
  double tolerance() const { return GetParam().element == "f64" ? 4e-14 : 4e-6; }
  void check(KernelText &kernel, const std::vector<Tensor> &results, const std::vector<Numbers> &expected,
             const std::vector<int64_t> &inPlace = {}) {
    std::vector<Numbers> actual = kernel.run(results, GetParam().cpu, inPlace);
    for (size_t i = 0; i < expected.size(); ++i)
      expectNear(actual[i], expected[i], tolerance());
  }
};

constexpr const char *addOf = "%s = arith.addf %1, %0 : T\nlinalg.yield %s : T";
constexpr const char *squareSum = "%m = arith.mulf %0, %0 : T\n%s = arith.addf %1, %m : T\nlinalg.yield %s : T";

/// 1 / sqrt(%0 / size + 1e-5).
std::string inverseRoot(int64_t size) {
  return "%n = arith.constant " + std::to_string(size) +
         ".0 : T\n%e = arith.constant 1.0e-5 : T\n%one = arith.constant 1.0 : T\n"
         "%q = arith.divf %0, %n : T\n%p = arith.addf %q, %e : T\n%s = math.sqrt %p : T\n%r = arith.divf %one, %s : "
         "T\nlinalg.yield %r : T";
}

/// The inverse root mean square of each row of [rows, size].
Numbers inverseRms(const Numbers &x, int64_t size) {
  Numbers result;
  for (size_t row = 0; row < x.size() / size; ++row) {
    double sum = 0;
    for (int64_t i = 0; i < size; ++i)
      sum += x[row * size + i] * x[row * size + i];
    result.push_back(1 / std::sqrt(sum / size + 1e-5));
  }
  return result;
}

} // namespace

TEST_P(Kernel, RmsNorm) {
  for (int64_t d : {1, 7, 64, 70, 259})
    for (bool inPlace : {false, true}) {
      KernelText k = text({3, 5});
      Numbers x = random(15 * d, -2, 2, 1), w = random(d, 0.5, 1.5, 2), expected, scale = inverseRms(x, d);
      Tensor xs = k.argument({3, 5, d}, x), ws = k.argument({d}, w);
      Tensor sum = k.generic("b t d", {"b, t, d", "b, t"}, {xs}, k.filled({3, 5}, "0.0"), squareSum);
      Tensor r = k.generic("b t", {"b, t", "b, t"}, {sum}, k.empty({3, 5}), inverseRoot(d));
      Tensor y = k.generic("b t d", {"b, t, d", "b, t", "d", "b, t, d"}, {xs, r, ws}, k.empty({3, 5, d}),
                           "%m = arith.mulf %0, %1 : T\n%n = arith.mulf %m, %2 : T\nlinalg.yield %n : T");
      for (int64_t i = 0; i < 15 * d; ++i)
        expected.push_back(x[i] * scale[i / d] * w[i % d]);
      check(k, {y}, {expected}, inPlace ? std::vector<int64_t>{0, 0} : std::vector<int64_t>{});
    }
}

TEST_P(Kernel, RmsNormGradients) {
  for (int64_t d : {8, 70, 128}) {
    KernelText k = text({4, 3});
    int64_t n = 12 * d;
    Numbers dy = random(n, -1, 1, 1), x = random(n, -2, 2, 2), w = random(d, 0.5, 1.5, 3), scale = inverseRms(x, d);
    Tensor dys = k.argument({4, 3, d}, dy), xs = k.argument({4, 3, d}, x), ws = k.argument({d}, w);
    auto root = [&] {
      Tensor sum = k.generic("b t d", {"b, t, d", "b, t"}, {xs}, k.filled({4, 3}, "0.0"), squareSum);
      return k.generic("b t", {"b, t", "b, t"}, {sum}, k.empty({4, 3}), inverseRoot(d));
    };
    Tensor r1 = root();
    Tensor dw = k.generic(
        "b t d", {"b, t, d", "b, t, d", "b, t", "d"}, {dys, xs, r1}, k.filled({d}, "0.0"),
        "%m = arith.mulf %0, %1 : T\n%p = arith.mulf %m, %2 : T\n%s = arith.addf %3, %p : T\nlinalg.yield %s : T");
    Tensor r2 = root();
    Tensor wdy = k.generic("b t d", {"b, t, d", "d", "b, t, d"}, {dys, ws}, k.empty({4, 3, d}),
                           "%m = arith.mulf %0, %1 : T\nlinalg.yield %m : T");
    Tensor dot = k.generic("b t d", {"b, t, d", "b, t, d", "b, t"}, {wdy, xs}, k.filled({4, 3}, "0.0"),
                           "%m = arith.mulf %0, %1 : T\n%s = arith.addf %2, %m : T\nlinalg.yield %s : T");
    Tensor dx =
        k.generic("b t d", {"b, t, d", "b, t, d", "b, t", "b, t", "b, t, d"}, {wdy, xs, r2, dot}, k.empty({4, 3, d}),
                  "%n = arith.constant " + std::to_string(d) +
                      ".0 : T\n%a = arith.mulf %2, %0 : T\n%r2 = arith.mulf %2, %2 : T\n%r3 = arith.mulf %r2, %2 : T\n"
                      "%mean = arith.divf %3, %n : T\n%f = arith.mulf %r3, %mean : T\n%g = arith.mulf %1, %f : T\n"
                      "%s = arith.subf %a, %g : T\nlinalg.yield %s : T");
    Numbers expectedW(d, 0.0), expectedX(n);
    for (int64_t row = 0; row < 12; ++row) {
      double mean = 0, r = scale[row];
      for (int64_t i = 0; i < d; ++i) {
        expectedW[i] += dy[row * d + i] * x[row * d + i] * r;
        mean += w[i] * dy[row * d + i] * x[row * d + i] / d;
      }
      for (int64_t i = 0; i < d; ++i)
        expectedX[row * d + i] = r * w[i] * dy[row * d + i] - x[row * d + i] * r * r * r * mean;
    }
    check(k, {dx, dw}, {expectedX, expectedW}, {0, 0});
  }
}

/// Rows of bfloat16 that vectors divide and do not: what is read is widened, what is written rounded once, and what one
/// node hands another in a register has been rounded, too.
TEST_P(Kernel, ConvertsBFloat16) {
  if (GetParam().element == "f64")
    GTEST_SKIP() << "nothing is rounded from float64 to bfloat16";
  const Numbers special = {
      1 + 0x1p-9, 1 + 0x1p-8, 1 + 3 * 0x1p-8, -(1 + 0x1p-8 + 0x1p-20), 0x1.ffp127, -HUGE_VAL, HUGE_VAL, 0x1p-130, -0.0};
  for (int64_t d : {1, 7, 64, 70, 259}) {
    KernelText k = text({5});
    Numbers x = random(5 * d, -2, 2, 1), y = random(5 * d, -2, 2, 2), rounded, sums(5, 0.0);
    if (d > 7) { // the first row, whose sum is none
      std::copy(special.begin(), special.end(), x.begin());
      x[d - 1] = NAN;
    }
    Tensor xs = k.argument({5, d}, x), ys = k.argument({5, d}, y, "bf16");
    Tensor narrow = k.generic("b d", {"b, d", "b, d"}, {xs}, k.empty({5, d}, "bf16"),
                              "%t = arith.truncf %0 : T to bf16\nlinalg.yield %t : bf16");
    Tensor sum =
        k.generic("b d", {"b, d", "b, d", "b"}, {narrow, ys}, k.filled({5}, "0.0"),
                  "%v = arith.extf %0 : bf16 to T\n%w = arith.extf %1 : bf16 to T\n%m = arith.mulf %v, %w : T\n"
                  "%s = arith.addf %2, %m : T\nlinalg.yield %s : T");
    std::vector<Numbers> actual = k.run({narrow, sum}, GetParam().cpu);
    for (int64_t i = 0; i < 5 * d; ++i) {
      double expected = toBFloat16(x[i]);
      sums[i / d] += expected * toBFloat16(y[i]);
      EXPECT_TRUE(actual[0][i] == expected || (std::isnan(expected) && std::isnan(actual[0][i])))
          << x[i] << " became " << actual[0][i] << ", expected " << expected;
    }
    for (int64_t row = d > 7; row < 5; ++row)
      EXPECT_NEAR(actual[1][row], sums[row], 1e-4);
  }
}

TEST_P(Kernel, SumOverRowsStartsFromAnArgument) {
  KernelText k = text({6});
  Numbers x = random(6 * 19, -1, 1, 1), start = random(19, -1, 1, 2), total = {0.25}, columns = start;
  Tensor xs = k.argument({6, 19}, x), starts = k.argument({19}, start), totals = k.argument({}, total);
  Tensor sums = k.generic("n d", {"n, d", "d"}, {xs}, starts, addOf);
  Tensor sum = k.generic("n d", {"n, d", ""}, {xs}, totals, addOf);
  for (int64_t i = 0; i < 6 * 19; ++i) {
    columns[i % 19] += x[i];
    total[0] += x[i];
  }
  check(k, {sums, sum}, {columns, total}, {0, 1, 1, 2});
  check(k, {sums, sum}, {columns, total});
}

/// Added one after another, rows of one size are all rounded to the same side, once the sum is large.
TEST_P(Kernel, SumOverManyRowsIsNotRoundedAway) {
  for (Shape shape : {Shape{100000, 3}, Shape{100000}}) {
    KernelText k = text({100000});
    double x = static_cast<float>(0.1), total = 0;
    Numbers xs(shape.size() == 2 ? 300000 : 100000, x);
    for (double each : xs)
      total += each;
    std::string loops = shape.size() == 2 ? "n d" : "n", all = shape.size() == 2 ? "n, d" : "n";
    Tensor sum = k.generic(loops, {all, ""}, {k.argument(shape, xs)}, k.filled({}, "0.0"), addOf);
    check(k, {sum}, {{total}});
  }
}

/// A product, what is added to it and the sum of a row have the same bits each in a kernel of its own and all in one,
/// beside something costly.
TEST_P(Kernel, BitsOfAResultDependOnItsOperationAlone) {
  if (lacksFunctions())
    GTEST_SKIP() << "has no exp of float64";
  for (int64_t d : {5, 70, 259}) {
    Shape shape = {6, d};
    constexpr const char *multiply = "%m = arith.mulf %0, %1 : T\nlinalg.yield %m : T";
    constexpr const char *add = "%s = arith.addf %0, %1 : T\nlinalg.yield %s : T";
    constexpr const char *exponential = "%e = math.exp %0 : T\n%t = math.tanh %e : T\nlinalg.yield %t : T";
    auto pointwise = [&](KernelText &k, Tensor x, Tensor y, const char *payload) {
      return k.generic("n d", {"n, d", "n, d", "n, d"}, {x, y}, k.empty(shape), payload);
    };
    auto sumOf = [&](KernelText &k, Tensor x) {
      return k.generic("n d", {"n, d", "n"}, {x}, k.filled({6}, "0.0"), addOf);
    };
    Numbers x = random(6 * d, -1, 1, 1), y = random(6 * d, -1, 1, 2), z = random(6 * d, -1, 1, 3);

    KernelText first = text({6}), second = text({6}), third = text({6}), all = text({6});
    Tensor first0 = first.argument(shape, x), first1 = first.argument(shape, y);
    Numbers product = first.run({pointwise(first, first0, first1, multiply)}, GetParam().cpu)[0];
    Tensor second0 = second.argument(shape, product), second1 = second.argument(shape, z);
    Numbers added = second.run({pointwise(second, second0, second1, add)}, GetParam().cpu)[0];
    Tensor third0 = third.argument(shape, added);
    Numbers sum = third.run({sumOf(third, third0)}, GetParam().cpu)[0];

    Tensor xs = all.argument(shape, x), ys = all.argument(shape, y), zs = all.argument(shape, z);
    Tensor last = pointwise(all, pointwise(all, xs, ys, multiply), zs, add);
    Tensor costly = all.generic("n d", {"n, d", "n, d"}, {last}, all.empty(shape), exponential);
    std::vector<Numbers> results = all.run({last, sumOf(all, last), costly}, GetParam().cpu);
    EXPECT_EQ(results[0], added) << "rows of " << d;
    EXPECT_EQ(results[1], sum) << "rows of " << d;
  }
}

TEST_P(Kernel, LogSumExpInGroups) {
  if (lacksFunctions())
    GTEST_SKIP() << "has no exp of float64";
  for (auto [groups, size] : {std::pair<int64_t, int64_t>{1, 65}, {3, 21}, {2, 32}}) {
    KernelText k = text({2, 3});
    Numbers x = random(6 * groups * size, -20, 20, 1);
    for (size_t i = 0; i < x.size(); i += 7)
      x[i] = -INFINITY;
    Shape rows = {2, 3, groups};
    Tensor flat = k.argument({2, 3, groups * size}, x);
    Tensor xs = k.line({2, 3, groups, size},
                       "%result = tensor.expand_shape " + flat.name + " [[0], [1], [2, 3]] output_shape [2, 3, " +
                           std::to_string(groups) + ", " + std::to_string(size) + "] : " + flat.type() +
                           " into tensor<2x3x" + std::to_string(groups) + "x" + std::to_string(size) + "xT>");
    std::string infinity = GetParam().element == "f64" ? "0xFFF0000000000000" : "0xFF800000";
    Tensor top = k.generic("b t r v", {"b, t, r, v", "b, t, r"}, {xs}, k.filled(rows, infinity),
                           "%m = arith.maximumf %1, %0 : T\nlinalg.yield %m : T");
    Tensor sum =
        k.generic("b t r v", {"b, t, r, v", "b, t, r", "b, t, r"}, {xs, top}, k.filled(rows, "0.0"),
                  "%d = arith.subf %0, %1 : T\n%e = math.exp %d : T\n%s = arith.addf %2, %e : T\nlinalg.yield %s : T");
    Tensor lse = k.generic("b t r", {"b, t, r", "b, t, r", "b, t, r"}, {sum, top}, k.empty(rows),
                           "%l = math.log %0 : T\n%s = arith.addf %l, %1 : T\nlinalg.yield %s : T");
    Numbers expected;
    for (int64_t row = 0; row < 6 * groups; ++row) {
      double sum = 0;
      for (int64_t i = 0; i < size; ++i)
        sum += std::exp(x[row * size + i]);
      expected.push_back(std::log(sum));
    }
    check(k, {lse}, {expected});
  }
}

TEST_P(Kernel, RopeHalves) {
  for (int64_t half : {1, 8, 20}) {
    KernelText k = text({2, 3, 4});
    Numbers x = random(24 * 2 * half, -1, 1, 1), cos = random(6 * half, -1, 1, 2), sin = random(6 * half, -1, 1, 3),
            expected(x.size());
    Tensor xs = k.argument({2, 3, 4, 2, half}, x), cs = k.argument({2, 3, half}, cos),
           ss = k.argument({2, 3, half}, sin);
    std::vector<std::string> maps = {"b, t, h, 0, i", "b, t, h, 1, i", "b, t, i", "b, t, i", "b, t, h, 0, i"};
    Tensor low = k.generic(
        "b t h i", maps, {xs, xs, cs, ss}, k.empty({2, 3, 4, 2, half}),
        "%a = arith.mulf %0, %2 : T\n%b = arith.mulf %1, %3 : T\n%c = arith.subf %a, %b : T\nlinalg.yield %c : T");
    maps.back() = "b, t, h, 1, i";
    Tensor both = k.generic(
        "b t h i", maps, {xs, xs, cs, ss}, low,
        "%a = arith.mulf %1, %2 : T\n%b = arith.mulf %0, %3 : T\n%c = arith.addf %a, %b : T\nlinalg.yield %c : T");
    for (int64_t row = 0; row < 24; ++row)
      for (int64_t i = 0; i < half; ++i) {
        double a = x[row * 2 * half + i], b = x[row * 2 * half + half + i], c = cos[row / 4 * half + i],
               s = sin[row / 4 * half + i];
        expected[row * 2 * half + i] = a * c - b * s;
        expected[row * 2 * half + half + i] = b * c + a * s;
      }
    check(k, {both}, {expected});
  }
}

TEST_P(Kernel, GatherRows) {
  for (int64_t d : {16, 37}) {
    KernelText k = text({2, 4});
    Numbers ids = {3, 0, -1, 9, 5, 5, -7, 1}, table = random(10 * d, -1, 1, 1), expected;
    Tensor indices = k.argument({2, 4}, ids, "i32"), tables = k.argument({10, d}, table);
    Tensor y = k.generic(
        "b t d", {"b, t", "b, t, d"}, {indices}, k.empty({2, 4, d}),
        "%zero = arith.constant 0 : i32\n%none = arith.constant 0.0 : T\n%row = arith.maxsi %0, %zero : i32\n"
        "%i = arith.index_cast %row : i32 to index\n%d = linalg.index 2 : index\n%e = tensor.extract " +
            tables.name + "[%i, %d] : " + tables.type() +
            "\n%p = arith.cmpi sge, %0, %zero : i32\n%r = arith.select %p, %e, %none : T\nlinalg.yield %r : T");
    for (double id : ids)
      for (int64_t i = 0; i < d; ++i)
        expected.push_back(id < 0 ? 0 : table[id * d + i]);
    check(k, {y}, {expected});
  }
}

TEST_P(Kernel, GatherBackwards) {
  KernelText k = text({3});
  Numbers x = random(3 * 18, -1, 1, 1), expected;
  Tensor xs = k.argument({3, 18}, x);
  Tensor y = k.generic("n d", {"n, d"}, {}, k.empty({3, 18}),
                       "%n = linalg.index 0 : index\n%d = linalg.index 1 : index\n%last = arith.constant 17 : index\n"
                       "%j = arith.subi %last, %d : index\n%e = tensor.extract " +
                           xs.name + "[%n, %j] : " + xs.type() + "\nlinalg.yield %e : T");
  for (int64_t i = 0; i < 3 * 18; ++i)
    expected.push_back(x[i / 18 * 18 + 17 - i % 18]);
  check(k, {y}, {expected});
}

TEST_P(Kernel, PickAndItsGradient) {
  KernelText k = text({2, 3});
  Numbers x = random(6 * 45, -1, 1, 1), ids = {44, 0, 17, -1, 3, 32}, dy = random(6, -1, 1, 2), picked, gradient;
  Tensor xs = k.argument({2, 3, 45}, x), indices = k.argument({2, 3}, ids, "i32"), dys = k.argument({2, 3, 1}, dy);
  std::string where =
      "%v = linalg.index 2 : index\n%j = arith.index_cast %v : index to i32\n%none = arith.constant 0.0 : T\n"
      "%hit = arith.cmpi eq, %1, %j : i32\n%e = arith.select %hit, %0, %none : T\n";
  Tensor pick = k.generic("b t v", {"b, t, v", "b, t", "b, t, 0"}, {xs, indices}, k.filled({2, 3, 1}, "0.0"),
                          where + "%s = arith.addf %2, %e : T\nlinalg.yield %s : T");
  Tensor dx = k.generic("b t v", {"b, t, 0", "b, t", "b, t, v"}, {dys, indices}, k.empty({2, 3, 45}),
                        where + "linalg.yield %e : T");
  for (int64_t row = 0; row < 6; ++row) {
    picked.push_back(ids[row] < 0 ? 0 : x[row * 45 + ids[row]]);
    for (int64_t i = 0; i < 45; ++i)
      gradient.push_back(i == ids[row] ? dy[row] : 0);
  }
  check(k, {pick, dx}, {picked, gradient});
}

TEST_P(Kernel, AdamWInPlace) {
  for (Shape shape : {Shape{5, 33}, Shape{50}}) {
    KernelText k = text(Shape(shape.begin(), shape.end() - 1));
    int64_t n = shape.size() == 2 ? 165 : 50;
    Numbers p = random(n, -1, 1, 1), g = random(n, -1, 1, 2), m = random(n, -1, 1, 3), v = random(n, 0, 1, 4),
            lr = {0.125};
    Tensor ps = k.argument(shape, p), gs = k.argument(shape, g), ms = k.argument(shape, m), vs = k.argument(shape, v),
           lrs = k.argument({}, lr);
    std::string loops = shape.size() == 2 ? "n d" : "d", all = shape.size() == 2 ? "n, d" : "d";
    Tensor m2 = k.generic(loops, {all, all, all}, {ms, gs}, k.empty(shape),
                          "%c = arith.constant 0.5 : T\n%a = arith.mulf %0, %c : T\n%b = arith.mulf %1, %c : T\n%s = "
                          "arith.addf %a, %b : T\nlinalg.yield %s : T");
    Tensor v2 = k.generic(loops, {all, all, all}, {vs, gs}, k.empty(shape),
                          "%c = arith.constant 0.5 : T\n%g = arith.mulf %1, %1 : T\n%a = arith.mulf %0, %c : T\n%b = "
                          "arith.mulf %g, %c : T\n"
                          "%s = arith.addf %a, %b : T\nlinalg.yield %s : T");
    Tensor p2 = k.generic(
        loops, {all, all, all, "", all}, {ps, m2, v2, lrs}, k.empty(shape),
        "%e = arith.constant 0.125 : T\n%r = math.sqrt %2 : T\n%d = arith.addf %r, %e : T\n%q = arith.divf %1, %d : T\n"
        "%u = arith.mulf %q, %3 : T\n%s = arith.subf %0, %u : T\nlinalg.yield %s : T");
    std::vector<Numbers> expected(3);
    for (int64_t i = 0; i < n; ++i) {
      double mm = 0.5 * m[i] + 0.5 * g[i], vv = 0.5 * v[i] + 0.5 * g[i] * g[i];
      expected[0].push_back(p[i] - 0.125 * mm / (std::sqrt(vv) + 0.125));
      expected[1].push_back(mm);
      expected[2].push_back(vv);
    }
    check(k, {p2, m2, v2}, expected, {0, 0, 1, 2, 2, 3});
  }
}

TEST_P(Kernel, HeadsWithinARow) {
  KernelText k = text({3});
  int64_t heads = 4, d = 21;
  Numbers x = random(3 * heads * d, -1, 1, 1), normal(x.size()), sums(3 * d, 0.0), scale = inverseRms(x, d);
  Tensor xs = k.argument({3, heads, d}, x);
  Tensor sum = k.generic("n h d", {"n, h, d", "n, h"}, {xs}, k.filled({3, heads}, "0.0"), squareSum);
  Tensor r = k.generic("n h", {"n, h", "n, h"}, {sum}, k.empty({3, heads}), inverseRoot(d));
  Tensor y = k.generic("n h d", {"n, h, d", "n, h", "n, h, d"}, {xs, r}, k.empty({3, heads, d}),
                       "%m = arith.mulf %0, %1 : T\nlinalg.yield %m : T");
  Tensor total = k.generic("n h d", {"n, h, d", "n, d"}, {y}, k.filled({3, d}, "0.0"), addOf);
  for (int64_t i = 0; i < 3 * heads * d; ++i) {
    normal[i] = x[i] * scale[i / d];
    sums[i / (heads * d) * d + i % d] += normal[i];
  }
  check(k, {y, total}, {normal, sums});
}

TEST_P(Kernel, ReductionOverSeveralInnerLoops) {
  KernelText k = text({3});
  Numbers x = random(3 * 5 * 18, -1, 1, 1), sums(3, 1.5);
  Tensor xs = k.argument({3, 5, 18}, x);
  Tensor sum = k.generic("n h d", {"n, h, d", "n"}, {xs}, k.filled({3}, "1.5"), addOf);
  for (int64_t i = 0; i < 3 * 5 * 18; ++i)
    sums[i / 90] += x[i];
  check(k, {sum}, {sums});
}

TEST_P(Kernel, ScalarsOfRowsAlone) {
  KernelText k = text({4, 3});
  Numbers x = random(12, 0.5, 2, 1), ids = {1, -1, 2, 3, -5, 0, 7, 8, -1, 1, 2, 3}, roots, count = {0};
  Tensor xs = k.argument({4, 3}, x), indices = k.argument({4, 3}, ids, "i32");
  Tensor y = k.generic("b t", {"b, t", "b, t"}, {xs}, k.empty({4, 3}), "%s = math.sqrt %0 : T\nlinalg.yield %s : T");
  Tensor n = k.generic("b t", {"b, t", ""}, {indices}, k.filled({}, "0.0"),
                       "%zero = arith.constant 0 : i32\n%a = arith.constant 1.0 : T\n%b = arith.constant 0.0 : T\n%p = "
                       "arith.cmpi sge, %0, %zero : i32\n"
                       "%c = arith.select %p, %a, %b : T\n%s = arith.addf %1, %c : T\nlinalg.yield %s : T");
  for (size_t i = 0; i < x.size(); ++i) {
    roots.push_back(std::sqrt(x[i]));
    count[0] += ids[i] >= 0;
  }
  check(k, {y, n}, {roots, count});
}

TEST_P(Kernel, NoRows) {
  KernelText k = text({});
  Numbers x = random(77, -1, 1, 1), squares = {0}, scaled;
  Tensor xs = k.argument({77}, x);
  Tensor sum = k.generic("d", {"d", ""}, {xs}, k.filled({}, "0.0"), squareSum);
  Tensor root = k.generic("", {"", ""}, {sum}, k.empty({}), "%s = math.sqrt %0 : T\nlinalg.yield %s : T");
  Tensor y =
      k.generic("d", {"d", "", "d"}, {xs, root}, k.empty({77}), "%m = arith.mulf %0, %1 : T\nlinalg.yield %m : T");
  for (double value : x)
    squares[0] += value * value;
  for (double value : x)
    scaled.push_back(value * std::sqrt(squares[0]));
  check(k, {y, root}, {scaled, {std::sqrt(squares[0])}});
}

TEST_P(Kernel, SliceAtTheCoordinate) {
  coordinate = 2;
  KernelText k = text({3});
  Numbers x = random(3 * 60, -1, 1, 1), expected;
  Tensor xs = k.argument({3, 60}, x);
  k.line({}, "%c = dist.coordinate over [\"dp\"]");
  Tensor y = k.generic("n d", {"n, d"}, {}, k.empty({3, 20}),
                       "%n = linalg.index 0 : index\n%d = linalg.index 1 : index\n%w = arith.constant 20 : index\n%o = "
                       "arith.muli %c, %w : index\n"
                       "%j = arith.addi %o, %d : index\n%e = tensor.extract " +
                           xs.name + "[%n, %j] : " + xs.type() + "\nlinalg.yield %e : T");
  for (int64_t i = 0; i < 60; ++i)
    expected.push_back(x[i / 20 * 60 + 40 + i % 20]);
  check(k, {y}, {expected});
}

TEST_P(Kernel, ResultsThatNoOperationComputes) {
  KernelText k = text({3});
  Numbers x = random(3 * 17, -1, 1, 1), doubled;
  Tensor xs = k.argument({3, 17}, x), zeros = k.filled({3, 17}, "0.5"), bias = k.filled({5}, "0.25");
  Tensor y =
      k.generic("n d", {"n, d", "n, d"}, {xs}, k.empty({3, 17}), "%s = arith.addf %0, %0 : T\nlinalg.yield %s : T");
  for (double value : x)
    doubled.push_back(2 * value);
  check(k, {xs, zeros, bias, y, y}, {x, Numbers(51, 0.5), Numbers(5, 0.25), doubled, doubled});
}

TEST_P(Kernel, OutputsWrittenInPart) {
  KernelText k = text({3});
  Numbers x = random(3 * 9, -1, 1, 1), start = random(3 * 20, -1, 1, 2), overZeros(60, 0.0), overStart = start;
  Tensor xs = k.argument({3, 9}, x), starts = k.argument({3, 20}, start);
  std::vector<std::string> maps = {"n, d", "n, d + 6"};
  Tensor a = k.generic("n d", maps, {xs}, k.filled({3, 20}, "0.0"), "linalg.yield %0 : T");
  Tensor b = k.generic("n d", maps, {xs}, starts, addOf);
  for (int64_t i = 0; i < 27; ++i) {
    overZeros[i / 9 * 20 + 6 + i % 9] = x[i];
    overStart[i / 9 * 20 + 6 + i % 9] += x[i];
  }
  check(k, {a, b}, {overZeros, overStart});
}

TEST_P(Kernel, StridedReads) {
  KernelText k = text({2, 5});
  Numbers x = random(2 * 19 * 5, -1, 1, 1), expected;
  Tensor xs = k.argument({2, 19, 5}, x);
  Tensor y = k.generic("b t d", {"b, d, t", "b, t, d"}, {xs}, k.empty({2, 5, 19}),
                       "%s = arith.addf %0, %0 : T\nlinalg.yield %s : T");
  for (int64_t i = 0; i < 190; ++i)
    expected.push_back(2 * x[i / 95 * 95 + i % 19 * 5 + i / 19 % 5]);
  check(k, {y}, {expected});
}

TEST_P(Kernel, Functions) {
  using Function = double (*)(double);
  struct Entry {
    std::string op;
    Function function;
    double low, high;
  };
  for (const Entry &entry : {Entry{"math.exp", std::exp, -87, 88}, Entry{"math.log", std::log, 1e-6, 100},
                             Entry{"math.tanh", std::tanh, -9, 9}, Entry{"math.sin", std::sin, -30, 30},
                             Entry{"math.cos", std::cos, -30, 30}, Entry{"math.erf", std::erf, -4, 4},
                             Entry{"math.log1p", std::log1p, -0.5, 3}, Entry{"math.expm1", std::expm1, -3, 3},
                             Entry{"math.rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.01, 50}}) {
    SCOPED_TRACE(entry.op);
    bool isSine =
        entry.op == "math.sin" || entry.op == "math.cos" || entry.op == "math.log1p" || entry.op == "math.expm1";
    if (GetParam().cpu.starts_with("sm_") && (isSine || lacksFunctions()))
      continue;
    KernelText k = text({10});
    Numbers x = random(10 * 101, entry.low, entry.high, 1), expected;
    Tensor xs = k.argument({10, 101}, x);
    Tensor y = k.generic("n d", {"n, d", "n, d"}, {xs}, k.empty({10, 101}),
                         "%s = " + entry.op + " %0 : T\nlinalg.yield %s : T");
    for (double value : x)
      expected.push_back(entry.function(value));
    std::vector<Numbers> actual = k.run({y}, GetParam().cpu);
    double worst = 0;
    for (size_t i = 0; i < expected.size(); ++i)
      worst = std::max(worst, std::abs(actual[0][i] - expected[i]) / std::abs(expected[i]));
    EXPECT_LT(worst, GetParam().element == "f64" ? 5e-16 : 5e-7);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Kernel,
                         testing::Values(Case{"f32", "x86-64"}, Case{"f32", "x86-64-v3"}, Case{"f32", "x86-64-v4"},
                                         Case{"f64", "x86-64-v3"}, Case{"f64", "x86-64-v4"}, Case{"f32", "sm_90"},
                                         Case{"f64", "sm_90"}),
                         [](const testing::TestParamInfo<Case> &info) {
                           std::string name = info.param.element + "_" + info.param.cpu;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });
