/*
 * Runs the compiled model `shared` (one input, one output) on many threads at once, the first runs among them, for the
 * test of `ftc compile --emit obj`: prints how many runs left other bits than the first thread's.
 */
#include "shared.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 8
#define RUNS 20

static double input[SHARED_BINS];
static double outputs[THREADS][SHARED_BINS];
static int failures[THREADS];

static void *run(void *argument) {
    size_t thread = *(const size_t *)argument;
    const double *const ins[] = {input};
    double *const outs[] = {outputs[thread]};
    for (int count = 0; count < RUNS; count++) {
        failures[thread] += shared_run(ins, NULL, outs, SHARED_BINS) != FLOWTIME_OK;
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    int others = 0;
    for (size_t bin = 0; bin < SHARED_BINS; bin++) {
        input[bin] = (double)(bin % 97) * 0.1;
    }
    for (size_t thread = 0; thread < THREADS; thread++) {
        numbers[thread] = thread;
        if (pthread_create(&threads[thread], NULL, run, &numbers[thread]) != 0) {
            return 1;
        }
    }
    for (size_t thread = 0; thread < THREADS; thread++) {
        pthread_join(threads[thread], NULL);
        others += failures[thread] + (memcmp(outputs[0], outputs[thread], sizeof outputs[0]) != 0);
    }
    printf("%d of %d differ, the last number is %g\n", others, THREADS, outputs[0][SHARED_BINS - 1]);
    return 0;
}
