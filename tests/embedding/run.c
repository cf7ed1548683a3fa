/*
 * Runs one compiled model, for the test of `ftc compile --emit obj`: reads its inputs by name, prints its outputs.
 *
 * Compiled with -DHEADER="NAME.h" -DNAME=... -DUPPER=.... The file named by the first argument has a line for each input:
 * its name, a tab, and the bits of its numbers in hexadecimal. The second argument is what parameters are multiplied by.
 * Printed is a line for each output, written likewise. The model runs twice, so that what the first run left can't matter.
 */
#include HEADER

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define OF_MODEL(suffix) JOIN(NAME, suffix)
#define COUNT(suffix) JOIN(UPPER, suffix)

static double inputs[COUNT(_INPUTS) + 1][COUNT(_BINS) + 1];
static double outputs[COUNT(_OUTPUTS) + 1][COUNT(_BINS) + 1];
static char name[4096];

static int fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    return EXIT_FAILURE;
}

static size_t place_of(const char *wanted) {
    size_t place = 0;
    while (OF_MODEL(_input_names)[place] && strcmp(OF_MODEL(_input_names)[place], wanted) != 0) {
        place++;
    }
    return place;
}

static int read_inputs(const char *path) {
    FILE *file = fopen(path, "r");
    size_t found = 0;
    if (!file) {
        return 0;
    }
    while (fscanf(file, "%4095[^\t]\t", name) == 1) {
        size_t place = place_of(name);
        if (place == COUNT(_INPUTS)) {
            return 0;
        }
        for (size_t bin = 0, count = COUNT(_BINS); bin < count; bin++) {
            uint64_t bits;
            if (fscanf(file, "%" SCNx64, &bits) != 1) {
                return 0;
            }
            memcpy(&inputs[place][bin], &bits, sizeof bits);
        }
        found++;
        if (fscanf(file, " ") == EOF) {
            break;
        }
    }
    fclose(file);
    return found == COUNT(_INPUTS);
}

static void print_output(size_t place) {
    printf("%s\t", OF_MODEL(_output_names)[place]);
    for (size_t bin = 0, count = COUNT(_BINS); bin < count; bin++) {
        uint64_t bits;
        memcpy(&bits, &outputs[place][bin], sizeof bits);
        printf("%016" PRIx64 " ", bits);
    }
    printf("\n");
}

int main(int argc, char **argv) {
    const double *in[COUNT(_INPUTS) + 1];
    double *out[COUNT(_OUTPUTS) + 1];
    double params[COUNT(_PARAMS) + 1];
    if (argc != 3 || !read_inputs(argv[1])) {
        return fail("expected a file with the inputs of the model, and a factor");
    }
    for (size_t place = 0, count = COUNT(_INPUTS); place <= count; place++) {
        in[place] = inputs[place];
    }
    for (size_t place = 0, count = COUNT(_OUTPUTS); place <= count; place++) {
        out[place] = outputs[place];
    }
    for (size_t place = 0, count = COUNT(_PARAMS); place < count; place++) {
        params[place] = OF_MODEL(_param_defaults)[place] * strtod(argv[2], NULL);
    }
    for (int run = 0; run < 2; run++) {
        memset(outputs, 0xff, sizeof outputs);
        int status = OF_MODEL(_run)(in, params, out, COUNT(_BINS));
        if (status != FLOWTIME_OK) {
            return fail(flowtime_rt_message(status));
        }
    }
    for (size_t place = 0, count = COUNT(_OUTPUTS); place < count; place++) {
        print_output(place);
    }
    return EXIT_SUCCESS;
}
