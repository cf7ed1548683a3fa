/*
 * The library that compiled models are linked with.
 *
 * `ftc compile model.yaml --emit obj -o NAME.o` writes NAME.o and NAME.h, which declares
 *
 *     int NAME_run(const double *const *inputs, const double *params, double *const *outputs, size_t bins);
 *
 * inputs   a pointer for each input, to a column of `bins` numbers; a missing value is NaN, of any kind
 * params   a number for each parameter; their bounds are not checked
 * outputs  a pointer for each output, to a column that gets `bins` numbers; a missing value is a NaN
 * bins     the numbers of every column; there is one right value, NAME_BINS
 *
 * Their order is that of NAME.h. A pointer to no pointers or no numbers may be NULL. Columns are aligned to 8 bytes. An
 * output overlaps no other column; inputs may be one another. The model reads all inputs and keeps none of the pointers.
 *
 * The outputs have the bits that `ftc run --backend interp` computes, but for the kind of a NaN. For that the calling
 * thread must compute as IEEE 754 has it: flush-to-zero and denormals-are-zero off, rounding to nearest. Programs that are
 * linked with -ffast-math may begin with both switched on. A thread that does otherwise gets FLOWTIME_FLOAT_MODE and no
 * results. Floating point exceptions must be masked, as they are unless a program asks for them: NaN and infinities are
 * ordinary values here.
 *
 * Any number of threads may run the same or different models at once, each into outputs of its own. The first run makes
 * the model ready, which takes some milliseconds; that and some memory for columns is kept until the process ends. Nothing
 * is locked while a model runs. Not to be called from signal handlers.
 */
#ifndef FLOWTIME_RT_H
#define FLOWTIME_RT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a run returns; after all but FLOWTIME_OK the outputs are as they were, or unusable. */
enum flowtime_status {
    /* The outputs are computed. */
    FLOWTIME_OK = 0,
    /* A pointer is NULL or not aligned. */
    FLOWTIME_POINTER = 1,
    /* `bins` is not that of the model. */
    FLOWTIME_BINS = 2,
    /* An output overlaps another column. */
    FLOWTIME_OVERLAP = 3,
    /* The thread flushes subnormal numbers to zero, or does not round to nearest. */
    FLOWTIME_FLOAT_MODE = 4,
    /* There is no memory for the columns. */
    FLOWTIME_MEMORY = 5,
    /* The object file belongs to another version of this library. */
    FLOWTIME_MISMATCH = 6,
    /* The processor lacks instructions that the object file was made for. */
    FLOWTIME_PROCESSOR = 7,
    /* A bug; standard error has more. */
    FLOWTIME_INTERNAL = 8
};

/* What a status means and what helps, in English. The text is never freed. */
const char *flowtime_rt_message(int status);

#ifdef __cplusplus
}
#endif

#endif
