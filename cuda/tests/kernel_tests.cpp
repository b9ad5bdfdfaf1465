// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// secant-kernel-tests [--device cuda|emulated] [--library PATH] [--ordinal N] [--sparse] [--part I/N] [NAME]
// Runs every case whose name contains NAME on a CPU context and on the device, and compares. `emulated` runs on its
// four devices (two thread orders, each with much and with little shared memory), `cuda` twice on one; all must give
// the same bits. --sparse runs a case on one of two, which differ in order and in size of shared memory, by turns:
// enough for a sanitizer, which sees what is accessed. --part I/N takes every N-th case. PATH defaults to the library
// beside this program. Exit codes: 0 passed, 1 failed, 2 usage, 4 no device. With --traffic it launches one flagship
// kernel twice on data beyond the caches instead, for a profiler that counts bytes, and says how many were expected.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "session.h"
#include "traffic.h"

namespace kernel_tests {
namespace {

constexpr int kFewestCases = 300;  // of a whole run: a file whose cases are no longer added must show

struct Options {
  std::string device = "emulated", library, name, traffic;
  int32_t ordinal = 0;
  bool small = false, sparse = false;
  int part = 1, parts = 1;  // every parts-th case
};

int usage(const char* what) {
  std::fprintf(stderr,
               "%s\nusage: secant-kernel-tests [--device cuda|emulated] [--library PATH] [--ordinal N]\n"
               "       [[--sparse] [--part I/N] [NAME] | --traffic mix|nonlin|consistency [--small]]\n",
               what);
  return 2;
}

class Context {
 public:
  Context() { must(secant_context_create(1, 2, &context_), "secant_context_create"); }
  Context(const std::string& library, int32_t ordinal) {
    must(secant_context_create_cuda(library.c_str(), ordinal, nullptr, &context_), "secant_context_create_cuda");
  }
  ~Context() { secant_context_destroy(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  operator secant_context*() const { return context_; }

 private:
  secant_context* context_ = nullptr;
};

struct Run {
  std::string where;
  std::vector<Output> outputs;
  std::string trouble;
};

Run run(const Case& test, secant_context* context, int32_t type, bool device, const std::string& where) {
  Run result = {where, {}, ""};
  try {
    Session session(context, type, device);
    test.body(session);
    must(secant_synchronize(context), "secant_synchronize");
    result.outputs = session.outputs();
    if (!session.intact()) result.trouble = "something was written outside its buffer";
  } catch (const std::exception& e) {
    result.trouble = e.what();
  }
  return result;
}

double tolerance(const Output& expected, double value, bool bf16) {
  const double given = expected.absolute + expected.relative * std::fabs(value);
  return bf16 && expected.stored && given > 0 ? given + std::fabs(value) / 128 : given;
}

bool same(double got, double expected, double allowed) {
  if (std::isnan(expected)) return std::isnan(got);
  return got == expected || std::fabs(got - expected) <= allowed;
}

// The first difference from the expected values, or "".
std::string compare(const Output& got, const Output& expected, bool bf16) {
  if (got.values.size() != expected.values.size()) return "sizes differ";
  for (size_t i = 0; i < got.values.size(); ++i) {
    double value = expected.values[i];
    if (bf16 && expected.stored) value = secant::bf16_value(secant::bf16_bits(static_cast<float>(value)));
    const double allowed = tolerance(expected, value, bf16);
    if (!same(got.values[i], value, allowed)) {
      char text[200];
      std::snprintf(text, sizeof text, "%s[%zu] is %.9g, expected %.9g within %.3g", got.name.c_str(), i, got.values[i],
                    value, allowed);
      return text;
    }
  }
  return "";
}

std::string judge(const Run& got, const Run& expected, const Run& first, bool bf16) {
  if (!got.trouble.empty()) return got.trouble;
  for (size_t i = 0; i < got.outputs.size(); ++i) {
    if (got.outputs[i].bytes != first.outputs[i].bytes) return got.outputs[i].name + " differs from " + first.where;
    if (i >= expected.outputs.size()) continue;
    const std::string difference = compare(got.outputs[i], expected.outputs[i], bf16);
    if (!difference.empty()) return difference;
  }
  return "";
}

// One case in one type on the CPU and on every device; true when all is well.
bool passes(const Case& test, int32_t type, secant_context* cpu, const std::vector<secant_context*>& devices) {
  const bool bf16 = type == SECANT_BFLOAT16;
  const std::string name = test.name + (bf16 ? " bf16" : "");
  const Run expected = run(test, cpu, type, false, "cpu");
  bool good = expected.trouble.empty();
  if (!good) std::fprintf(stderr, "FAILED %s on cpu: %s\n", name.c_str(), expected.trouble.c_str());
  Run first;
  for (size_t d = 0; d < devices.size() && good; ++d) {
    const Run got = run(test, devices[d], type, true, "device " + std::to_string(d));
    if (d == 0) first = got;
    const std::string wrong = judge(got, expected, first, bf16);
    if (wrong.empty()) continue;
    std::fprintf(stderr, "FAILED %s on %s: %s\n", name.c_str(), got.where.c_str(), wrong.c_str());
    good = false;
  }
  return good;
}

int run_all(const Options& options) {
  add_mix_cases();
  add_loss_cases();
  add_train_cases();
  add_conv_cases();
  add_head_cases();
  add_record_cases();
  const Context cpu;
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<secant_context*> devices;
  for (int32_t i = 0; i < (options.device == "cuda" ? 2 : 4); i += options.sparse ? 3 : 1) {
    secant_context* probe = nullptr;
    const int32_t ordinal = options.device == "cuda" ? options.ordinal : i;
    const int32_t status = secant_context_create_cuda(options.library.c_str(), ordinal, nullptr, &probe);
    if (status != SECANT_OK) {
      std::fprintf(stderr, "%s\n", secant_last_error());
      return status == SECANT_UNAVAILABLE ? 4 : 1;
    }
    secant_context_destroy(probe);
    contexts.push_back(std::make_unique<Context>(options.library, ordinal));
    devices.push_back(*contexts.back());
  }
  int number = 0, cases_run = 0, ran = 0, failed = 0;
  for (const Case& test : cases()) {
    if (test.name.find(options.name) == std::string::npos) continue;
    const int place = number++;
    if (place % options.parts != options.part - 1) continue;
    ++cases_run;
    for (int32_t type : {SECANT_FLOAT32, SECANT_BFLOAT16}) {
      if (type == SECANT_BFLOAT16 && !test.both_types) continue;
      ++ran;
      // A case of both types meets both devices.
      const size_t turn = (place / options.parts + (type == SECANT_BFLOAT16 ? 1 : 0)) % devices.size();
      const auto chosen = options.sparse ? std::vector<secant_context*>{devices[turn]} : devices;
      failed += passes(test, type, cpu, chosen) ? 0 : 1;
    }
  }
  std::printf("%d cases, %d with bf16 activations too, on %zu %s contexts: %d failed\n", cases_run, ran - cases_run,
              devices.size(), options.device.c_str(), failed);
  const bool enough = !options.name.empty() || cases_run >= kFewestCases / options.parts;
  if (!enough) std::fprintf(stderr, "at least %d cases were expected\n", kFewestCases / options.parts);
  return failed == 0 && ran > 0 && enough ? 0 : 1;
}

// For a profiler: two launches of one kernel, nothing compared.
int run_traffic(const Options& options) {
  secant_context* probe = nullptr;
  const int32_t status = secant_context_create_cuda(options.library.c_str(), options.ordinal, nullptr, &probe);
  if (status != SECANT_OK) {
    std::fprintf(stderr, "%s\n", secant_last_error());
    return status == SECANT_UNAVAILABLE ? 4 : 1;
  }
  secant_context_destroy(probe);
  const Context context(options.library, options.ordinal);
  const long long bytes = traffic(context, options.traffic, options.small);
  std::printf("%s: %lld bytes a launch\n", options.traffic.c_str(), bytes);
  return 0;
}

// The folder of this program.
std::string own_folder() {
  char* path = realpath("/proc/self/exe", nullptr);
  const std::string whole = path != nullptr ? path : "./program";
  std::free(path);
  return whole.substr(0, whole.rfind('/'));
}

}  // namespace

int main_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--device" && more) {
      options.device = argv[++i];
    } else if (word == "--library" && more) {
      options.library = argv[++i];
    } else if (word == "--ordinal" && more) {
      options.ordinal = std::atoi(argv[++i]);
    } else if (word == "--traffic" && more) {
      options.traffic = argv[++i];
    } else if (word == "--small") {
      options.small = true;
    } else if (word == "--part" && more) {
      char more_of_it = 0;
      if (std::sscanf(argv[++i], "%d/%d%c", &options.part, &options.parts, &more_of_it) != 2 || options.part < 1 ||
          options.part > options.parts) {
        return usage("--part takes I/N, with I from 1 to N");
      }
    } else if (word == "--sparse") {
      options.sparse = true;
    } else if (word.rfind("--", 0) == 0) {
      return usage(("unknown option or missing value: " + word).c_str());
    } else {
      options.name = word;
    }
  }
  if (options.device != "cuda" && options.device != "emulated") return usage("--device takes cuda or emulated");
  if (options.library.empty()) {
    options.library = own_folder() + (options.device == "cuda" ? "/libsecant_cuda.so" : "/libsecant_cuda_emulated.so");
  }
  return options.traffic.empty() ? run_all(options) : run_traffic(options);
}

}  // namespace kernel_tests

int main(int argc, char** argv) {
  try {
    return kernel_tests::main_of(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
