// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0

// What a context can do, as one table of functions: cpu_operations (cpu_operations.cpp) runs the level's kernels,
// device_operations (device_context.cpp) calls libsecant_cuda. Arguments were checked by the API, as far as they can be
// from the host. Functions throw secant::Error or std::bad_alloc.
#pragma once

#include "arguments.h"

namespace secant {

struct Operations {
  void (*dirichlet)(secant_context&, const DirichletArguments&);
  void (*mix)(secant_context&, const MixArguments&);
  void (*mix_images)(secant_context&, const ImagesArguments&);
  void (*mix_values)(secant_context&, const ValuesArguments&);
  void (*mix_labels)(secant_context&, const LabelsArguments&);
  void (*consistency)(secant_context&, const ConsistencyArguments&);
  void (*nonlin)(secant_context&, const NonlinArguments&);
  void (*norm)(secant_context&, const NormArguments&);
  void (*norm_backward)(secant_context&, const NormGradientArguments&);
  void (*add)(secant_context&, const AddArguments&);
  void (*pool_forward)(secant_context&, const PoolArguments&);
  void (*pool_backward)(secant_context&, const PoolGradientArguments&);
  void (*dense_forward)(secant_context&, const DenseArguments&);
  void (*dense_backward)(secant_context&, const DenseGradientArguments&);
  void (*cross_entropy)(secant_context&, const EntropyArguments&);
  void (*schedule)(secant_context&, const ScheduleArguments&);
  void (*advance)(secant_context&, const AdvanceArguments&);
  void (*optim_step)(secant_context&, const OptimArguments&);
  void (*conv)(secant_context&, const ConvArguments&);
  void (*conv_data)(secant_context&, const ConvDataArguments&);
  void (*conv_weights)(secant_context&, const ConvWeightArguments&);
  void (*head_train)(secant_context&, const HeadArguments&);
  void (*convert)(secant_context&, const ConvertArguments&);
};

extern const Operations cpu_operations;
extern const Operations device_operations;

}  // namespace secant
