/*
 * Calls the compiled model `guarded` (one input, one parameter, one output) in wrong ways, for the test of
 * `ftc compile --emit obj`: prints what each call returns, one line each.
 */
#include "guarded.h"

#include <fenv.h>
#include <stdio.h>
#include <xmmintrin.h>

/* Bits of the control register of SSE. */
#define DENORMALS_ARE_ZERO 0x0040u
#define FLUSH_TO_ZERO 0x8000u

static double input[GUARDED_BINS + 1];
static double output[GUARDED_BINS + 1];
static const double params[] = {2};

static void check(const char *name, const double *in, double *out, size_t bins) {
    const double *ins[] = {in};
    double *outs[] = {out};
    int status = guarded_run(ins, params, outs, bins);
    printf("%s: %d, %s\n", name, status, flowtime_rt_message(status));
}

static void check_mode(const char *name, unsigned mode) {
    unsigned before = _mm_getcsr();
    const double *ins[] = {input};
    double *outs[] = {output};
    _mm_setcsr(before | mode);
    int status = guarded_run(ins, params, outs, GUARDED_BINS);
    _mm_setcsr(before);
    printf("%s: %d, %s\n", name, status, flowtime_rt_message(status));
}

static void check_rounding(const char *name, int rounding) {
    const double *ins[] = {input};
    double *outs[] = {output};
    fesetround(rounding);
    int status = guarded_run(ins, params, outs, GUARDED_BINS);
    fesetround(FE_TONEAREST);
    printf("%s: %d, %s\n", name, status, flowtime_rt_message(status));
}

int main(void) {
    double *const outs[] = {output};
    const double *const ins[] = {input};
    const double *misaligned = (const double *)((const char *)input + 4);
    printf("no inputs: %d\n", guarded_run(NULL, params, outs, GUARDED_BINS));
    printf("no parameters: %d\n", guarded_run(ins, NULL, outs, GUARDED_BINS));
    printf("no outputs: %d\n", guarded_run(ins, params, NULL, GUARDED_BINS));
    check("no column", NULL, output, GUARDED_BINS);
    check("a column between numbers", misaligned, output, GUARDED_BINS);
    check("a bin too few", input, output, GUARDED_BINS - 1);
    check("in place", input, input, GUARDED_BINS);
    check("one bin further", input, input + 1, GUARDED_BINS);
    check_mode("flush to zero", FLUSH_TO_ZERO);
    check_mode("denormals are zero", DENORMALS_ARE_ZERO);
    check_rounding("downward", FE_DOWNWARD);
    check_rounding("upward", FE_UPWARD);
    check_rounding("toward zero", FE_TOWARDZERO);
    check("as it should be", input, output, GUARDED_BINS);
    printf("unknown: %s\n", flowtime_rt_message(99));
    return 0;
}
