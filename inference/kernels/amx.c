/* The kernel of `encoder.h` for Python: every buffer is measured before a byte of it is read, and the interpreter goes on meanwhile. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Clang knows other names for what a processor can do, and not all of them: with it there is no kernel. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Only the kernel is compiled for its instructions: what asks whether they are there has to run without them. */
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512fp16,avx512vbmi,amx-tile,amx-int8,amx-bf16")
#include "encoder.h"
#pragma GCC pop_options

static size_t bytes_of_weights(const Shape *shape) {
    Store store = {0};
    take(&store, sizeof(uint16_t) * shape->hidden * shape->words);
    take(&store, sizeof(float) * shape->hidden * shape->positions);
    take_norm(&store, shape->hidden);
    for (int number = 1; number <= shape->layers; number++) {
        take_layer(&store, shape);
        if (stops_after(shape, number)) take_linear(&store, shape->hidden, shape->tags);
    }
    take_linear(&store, shape->hidden, shape->tags);
    return store.at;
}

static size_t bytes_of_workspace(const Shape *shape, int real) {
    Store store = {0};
    take_workspace(&store, shape, rounded(real, BLOCK));
    return store.at;
}

/* Whether the processor has what the kernel needs and the system lets this process use it. */
static int usable(void) {
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512fp16") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("amx-int8") && __builtin_cpu_supports("amx-bf16") &&
           syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

static const char *unfit(const Shape *shape, const Py_buffer *weights, const Py_buffer *ids, const Py_buffer *space, const Py_buffer *logits) {
    const Py_ssize_t length = ids->len / (Py_ssize_t)sizeof(int64_t);
    if (shape->hidden <= 0 || shape->hidden % DEPTH || shape->wide <= 0 || shape->wide % DEPTH || shape->heads <= 0 ||
        shape->hidden % shape->heads || shape->hidden / shape->heads % PAIRS || shape->layers < 0 || shape->tags <= 0 ||
        shape->exits < 0 || shape->exits & 1 || shape->shift < 0 || shape->shift > 15)
        return "a shape that the kernel cannot compute";
    if (length < 1 || length > shape->positions) return "no window, or one longer than the positions of the encoder";
    if ((size_t)weights->len != bytes_of_weights(shape)) return "weights of another shape";
    if ((size_t)space->len < bytes_of_workspace(shape, (int)length)) return "a workspace too small for the window";
    if (logits->len != length * shape->tags * (Py_ssize_t)sizeof(float)) return "a place for the scores that is of another size";
    if ((uintptr_t)weights->buf % ALIGN || (uintptr_t)space->buf % ALIGN) return "weights or workspace that begin on no cache line";
    for (Py_ssize_t i = 0; i < length; i++)
        if (((const int64_t *)ids->buf)[i] < 0 || ((const int64_t *)ids->buf)[i] >= shape->words) return "a token that the vocabulary has not";
    return NULL;
}

#define SHAPE_FORMAT "(iiiiiiiiiff)"
#define SHAPE_FIELDS(s) &(s).hidden, &(s).layers, &(s).heads, &(s).wide, &(s).tags, &(s).words, &(s).positions, &(s).exits, &(s).shift, &(s).epsilon, &(s).certain

static PyObject *amx_run(PyObject *self, PyObject *arguments) {
    Shape shape;
    Py_buffer weights, ids, space, logits;
    (void)self;
    if (!PyArg_ParseTuple(arguments, SHAPE_FORMAT "y*y*w*w*", SHAPE_FIELDS(shape), &weights, &ids, &space, &logits)) return NULL;
    const char *reason = unfit(&shape, &weights, &ids, &space, &logits);
    if (reason == NULL) {
        const Store packed = {(uintptr_t)weights.buf}, scratch = {(uintptr_t)space.buf};
        Py_BEGIN_ALLOW_THREADS
        run(packed, &shape, ids.buf, (int)(ids.len / (Py_ssize_t)sizeof(int64_t)), scratch, logits.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&weights), PyBuffer_Release(&ids), PyBuffer_Release(&space), PyBuffer_Release(&logits);
    if (reason != NULL) return PyErr_Format(PyExc_ValueError, "amx: %s", reason);
    Py_RETURN_NONE;
}

static PyObject *amx_workspace(PyObject *self, PyObject *arguments) {
    Shape shape;
    int length;
    (void)self;
    if (!PyArg_ParseTuple(arguments, SHAPE_FORMAT "i", SHAPE_FIELDS(shape), &length)) return NULL;
    return PyLong_FromSize_t(bytes_of_workspace(&shape, length));
}
#else
static int usable(void) { return 0; }

static PyObject *amx_run(PyObject *self, PyObject *arguments) {
    (void)self, (void)arguments;
    PyErr_SetString(PyExc_NotImplementedError, "amx: this build has no kernel; it needs Linux on x86-64, and GCC");
    return NULL;
}

static PyObject *amx_workspace(PyObject *self, PyObject *arguments) { return amx_run(self, arguments); }
#endif

static PyObject *amx_usable(PyObject *self, PyObject *arguments) {
    (void)self, (void)arguments;
    return PyBool_FromLong(usable());
}

static PyMethodDef methods[] = {
    {"usable", amx_usable, METH_NOARGS, "Whether processor and system can run the kernel."},
    {"workspace", amx_workspace, METH_VARARGS, "workspace(shape, length): the bytes that a window of `length` tokens needs to be computed in."},
    {"run", amx_run, METH_VARARGS, "run(shape, weights, ids, workspace, logits): the scores of one window's tokens, written to `logits`."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_amx", "int8 encoder on AMX; see `gongkai.inference.kernels.amx`.", -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__amx(void) { return PyModule_Create(&module); }
