//===- AttentionTest.cpp - Attention against its definition --------------------------===//

#include "AttentionProblem.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace shardrt;

namespace {

using Case = AttentionCase;
template <typename T> using Problem = AttentionProblem<T>;

/// out, lse, dq, dk, dv by the definition, in long double and one row at a time.
struct Reference {
  std::vector<long double> out, lse, dq, dk, dv;

  template <typename T>
  explicit Reference(const Problem<T> &p)
      : out(p.q.size()), lse(p.lse.size()), dq(p.q.size()), dk(p.k.size()), dv(p.v.size()) {
    const AttentionShape &s = p.shape;
    std::vector<long double> weight(static_cast<size_t>(s.kLen)), dweight(static_cast<size_t>(s.kLen));
    for (int64_t b = 0; b < s.batch; ++b)
      for (int64_t h = 0; h < s.heads; ++h)
        for (int64_t i = 0; i < s.qLen; ++i) {
          auto row = static_cast<size_t>(((b * s.qLen + i) * s.heads + h));
          auto query = row * static_cast<size_t>(s.dim);
          auto key = [&](int64_t j) {
            return static_cast<size_t>(((b * s.kLen + j) * s.kvHeads + h / (s.heads / s.kvHeads)) * s.dim);
          };
          long double sum = 0, most = -INFINITY, delta = 0;
          for (int64_t j = 0; j < s.kLen; ++j) {
            long double score = 0;
            for (size_t d = 0; d < static_cast<size_t>(s.dim); ++d)
              score += static_cast<long double>(p.q[query + d]) * static_cast<long double>(p.k[key(j) + d]);
            weight[static_cast<size_t>(j)] = p.sees(b, i, j) ? score * static_cast<long double>(s.scale) : -INFINITY;
            most = std::max(most, weight[static_cast<size_t>(j)]);
          }
          for (long double w : weight)
            sum += most == -INFINITY ? 0 : std::exp(w - most);
          lse[static_cast<size_t>((b * s.heads + h) * s.qLen + i)] = most + std::log(sum);
          for (int64_t j = 0; j < s.kLen; ++j) {
            long double &w = weight[static_cast<size_t>(j)], &dw = dweight[static_cast<size_t>(j)];
            w = sum == 0 ? 0 : std::exp(w - most) / sum;
            dw = 0;
            for (size_t d = 0; d < static_cast<size_t>(s.dim); ++d) {
              out[query + d] += w * static_cast<long double>(p.v[key(j) + d]);
              dv[key(j) + d] += w * static_cast<long double>(p.dout[query + d]);
              dw += static_cast<long double>(p.dout[query + d]) * static_cast<long double>(p.v[key(j) + d]);
            }
            delta += w * dw;
          }
          for (int64_t j = 0; j < s.kLen; ++j) {
            long double ds = weight[static_cast<size_t>(j)] * (dweight[static_cast<size_t>(j)] - delta) *
                             static_cast<long double>(s.scale);
            for (size_t d = 0; d < static_cast<size_t>(s.dim); ++d) {
              dq[query + d] += ds * static_cast<long double>(p.k[key(j) + d]);
              dk[key(j) + d] += ds * static_cast<long double>(p.q[query + d]);
            }
          }
        }
  }
};

/// Returns the greatest error, relative to the greatest magnitude or 1.
template <typename T> double worst(const std::vector<T> &values, const std::vector<long double> &expected) {
  long double error = 0, magnitude = 1;
  for (size_t i = 0; i < values.size(); ++i) {
    if (static_cast<long double>(values[i]) == expected[i])
      continue;
    long double difference = std::abs(static_cast<long double>(values[i]) - expected[i]);
    error = difference <= error ? error : difference;
    magnitude = std::max(magnitude, std::abs(expected[i]));
  }
  return error == 0 ? 0 : static_cast<double>(error / magnitude);
}

class AttentionTest : public ::testing::TestWithParam<Case> {};

template <typename T> void checkAgainstDefinition(const Case &c, double forward, double backward) {
  Problem<T> problem(c);
  problem.forward();
  problem.backward();
  Reference expected(problem);
  EXPECT_LE(worst(problem.out, expected.out), forward);
  EXPECT_LE(worst(problem.lse, expected.lse), forward);
  EXPECT_LE(worst(problem.dq, expected.dq), backward);
  EXPECT_LE(worst(problem.dk, expected.dk), backward);
  EXPECT_LE(worst(problem.dv, expected.dv), backward);
}

TEST_P(AttentionTest, MatchesTheDefinitionInDouble) {
  checkAgainstDefinition<double>(GetParam(), 3e-15, 1e-14);
}
TEST_P(AttentionTest, MatchesTheDefinitionInFloat) {
  checkAgainstDefinition<float>(GetParam(), 6e-7, 2e-6);
}

TEST_P(AttentionTest, MatchesTheDefinitionInBFloat16) {
  // Half a unit in the last of 8 places; the gradients read the rounded output besides.
  checkAgainstDefinition<BFloat16>(GetParam(), 0x1p-8, 2e-2);
}

TEST_P(AttentionTest, GradientMatchesCentralDifferences) {
  Problem<double> problem(GetParam());
  problem.forward();
  problem.backward();
  auto loss = [&] {
    problem.forward();
    return std::inner_product(problem.out.begin(), problem.out.end(), problem.dout.begin(), 0.0);
  };
  for (auto [values, gradient] :
       {std::pair(&problem.q, &problem.dq), {&problem.k, &problem.dk}, {&problem.v, &problem.dv}})
    for (size_t i = 1; i < values->size(); i += values->size() / 5) {
      constexpr double step = 1e-5;
      double was = (*values)[i];
      (*values)[i] = was + step;
      double above = loss();
      (*values)[i] = was - step;
      double below = loss();
      (*values)[i] = was;
      EXPECT_NEAR((*gradient)[i], (above - below) / (2 * step), 1e-8);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AttentionTest,
    ::testing::Values(
        Case{"Small", 1, 5, 5, 1, 1, 4, true, 0, 1}, Case{"OneBlock", 2, 64, 64, 2, 2, 16, true, 0, 1},
        Case{"Uneven", 2, 150, 150, 2, 2, 24, true, 0, 1}, Case{"Grouped", 1, 100, 100, 6, 2, 8, true, 0, 1},
        Case{"Window", 1, 200, 200, 2, 1, 8, true, 37, 1}, Case{"WindowOfOne", 1, 70, 70, 1, 1, 8, true, 1, 1},
        Case{"Full", 1, 70, 130, 2, 1, 8, false, 0, 1}, Case{"Shuffled", 2, 140, 140, 2, 1, 8, true, 0, 0},
        Case{"ShuffledWindow", 1, 140, 140, 2, 2, 8, true, 20, 0}, Case{"Spread", 1, 90, 90, 1, 1, 8, true, 50, 3},
        Case{"FewQueries", 1, 3, 130, 2, 1, 8, true, 0, 7}, Case{"MoreKeysAhead", 1, 100, 300, 2, 2, 8, true, 0, 1}),
    [](const auto &info) { return info.param.name; });

TEST(AttentionEdgeTest, QueryThatSeesNothingGivesZeros) {
  Problem<float> problem(Case{"", 1, 3, 4, 1, 1, 2, true, 0, 1});
  problem.qPositions = {-1, 0, 1};
  problem.forward();
  problem.backward();
  EXPECT_EQ(problem.out[0], 0);
  EXPECT_EQ(problem.lse[0], -INFINITY);
  EXPECT_EQ(problem.dq[1], 0);
  for (float x : problem.dk)
    EXPECT_TRUE(std::isfinite(x));
}

TEST(AttentionEdgeTest, NotANumberStaysOne) {
  for (size_t at : {0, 3}) {
    Problem<float> problem(Case{"", 1, 20, 20, 1, 1, 2, true, 0, 1});
    problem.k[at] = NAN;
    problem.forward();
    EXPECT_TRUE(std::isnan(problem.out.back()));
    EXPECT_TRUE(std::isnan(problem.lse.back()));
  }
}

TEST(AttentionEdgeTest, LargeScoresDoNotOverflow) {
  Problem<float> problem(Case{"", 1, 70, 70, 1, 1, 4, true, 0, 1});
  for (float &x : problem.q)
    x *= 1000;
  problem.forward();
  for (float x : problem.out)
    EXPECT_TRUE(std::isfinite(x));
}

template <typename T> void checkWorkspace() {
  Problem<T> problem(Case{"", 1, 130, 150, 2, 1, 8, true, 0, 1});
  size_t size = problem.workspace.size();
  problem.workspace.resize(size + 64, T(42));
  problem.forward();
  problem.backward();
  for (size_t i = size; i < size + 64; ++i)
    EXPECT_EQ(problem.workspace[i], T(42));
}

TEST(AttentionEdgeTest, WritesNothingBeyondItsWorkspace) {
  checkWorkspace<double>();
  checkWorkspace<BFloat16>();
}

} // namespace
