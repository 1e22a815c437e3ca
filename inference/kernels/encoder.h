/* A BERT encoder with its token-classification head, one window at a time, on a processor with AMX.
 *
 * Weights are int8 with one scale for each output; activations are int8 with one scale for each token, so that neither
 * the other tokens nor another window nor the number of threads changes what a token is given: the same window has the same
 * scores, bit by bit. Attention multiplies in bf16 and sums in fp32. All that is no product of matrices is computed in fp32; what
 * GELU gives is kept in fp16 until it is int8.
 *
 * Tokens go through a layer in blocks of 32 (two tiles), so that what a block passes on stays in the first caches; only
 * attention looks at the whole window. `packed.py` lays the weights out in the order in which `run` takes them.
 */

#ifndef GONGKAI_ENCODER_H
#define GONGKAI_ENCODER_H

#include "attention.h"

typedef struct { Linear qkv, attended, widened, narrowed; Norm after_attention, after_wide; } Layer;
typedef struct { int hidden, layers, heads, wide, tags, words, positions; float epsilon; } Shape;

/* Where parts of the packed weights or of the workspace lie, one after another, each on a cache line. */
typedef struct { uintptr_t at; } Store;

static void *take(Store *store, size_t bytes) {
    void *part = (void *)store->at;
    store->at += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    return part;
}

static Linear take_linear(Store *store, int in, int out) {
    Linear linear = {.in = in, .out = rounded(out, BLOCK)};
    linear.tiles = take(store, (size_t)in * linear.out);
    linear.scale = take(store, sizeof(float) * linear.out);
    linear.bias = take(store, sizeof(float) * linear.out);
    return linear;
}

static Norm take_norm(Store *store, int size) {
    Norm norm;
    norm.weight = take(store, sizeof(float) * size);
    norm.bias = take(store, sizeof(float) * size);
    return norm;
}

static Layer take_layer(Store *store, const Shape *shape) {
    Layer layer;
    layer.qkv = take_linear(store, shape->hidden, 3 * shape->hidden);
    layer.attended = take_linear(store, shape->hidden, shape->hidden);
    layer.after_attention = take_norm(store, shape->hidden);
    layer.widened = take_linear(store, shape->hidden, shape->wide);
    layer.narrowed = take_linear(store, shape->wide, shape->hidden);
    layer.after_wide = take_norm(store, shape->hidden);
    return layer;
}

/* `limits`: the largest absolute value of each token; `tiles`: a block in int8, `halves`: one in fp16. */
typedef struct { float *tokens, *limits, *mixed, *rows; uint16_t *halves; int8_t *tiles; Attention attention; } Workspace;

static Workspace take_workspace(Store *store, const Shape *shape, int length) {
    const size_t all = (size_t)shape->hidden * length, widest = shape->wide > shape->hidden ? shape->wide : shape->hidden;
    Workspace space;
    space.tokens = take(store, all * sizeof(float));
    space.limits = take(store, length * sizeof(float));
    space.mixed = take(store, all * sizeof(float));
    space.rows = take(store, (size_t)BLOCK * rounded(shape->tags, BLOCK) * sizeof(float));
    space.halves = take(store, BLOCK * shape->wide * 2);
    space.tiles = take(store, BLOCK * widest);
    space.attention.query = take(store, all * 2);
    space.attention.key = take(store, all * 2);
    space.attention.value = take(store, all * 2);
    space.attention.rows = take(store, BLOCK * BLOCK * 2);
    space.attention.weights = take(store, (size_t)TILE * length * 2);
    return space;
}

/* 32 rows of floats, whose largest absolute values are known, in int8; writes what one step is worth in each. */
static void quantise(const float *from, const float *limits, int size, int8_t *tiles, float *steps) {
    for (int row = 0; row < BLOCK; row++, from += size) {
        const __m512 factor = _mm512_set1_ps(steps_of(limits[row]));
        for (int i = 0; i < size; i += LANES) _mm_store_si128(place(tiles, row, i), quantised(_mm512_load_ps(from + i), factor));
        steps[row] = limits[row] / 127.0f;
    }
}

/* The same of rows in fp16. */
static void quantise_halves(const uint16_t *from, const __m512 *tops, int size, int8_t *tiles, float *steps) {
    for (int row = 0; row < BLOCK; row++, from += size) {
        const float limit = _mm512_reduce_max_ps(tops[row]);
        const __m512 factor = _mm512_set1_ps(steps_of(limit));
        for (int i = 0; i < size; i += LANES)
            _mm_store_si128(place(tiles, row, i), quantised(wide(from + i), factor));
        steps[row] = limit / 127.0f;
    }
}

static void find_limits(const float *rows, int size, float *limits) {
    for (int row = 0; row < BLOCK; row++, rows += size) {
        __m512 top = _mm512_setzero_ps();
        for (int i = 0; i < size; i += LANES) top = larger(top, _mm512_load_ps(rows + i));
        limits[row] = _mm512_reduce_max_ps(top);
    }
}

static void normalise_block(float *tokens, const Shape *shape, Norm norm, float *limits) {
    const int hidden = shape->hidden;
    for (int row = 0; row < BLOCK; row++) limits[row] = normalise(tokens + (size_t)row * hidden, hidden, norm, shape->epsilon);
}

/* What 32 tokens become of what they took from others. */
static void run_block(const Layer *layer, const Shape *shape, const Workspace *space, int first) {
    const int hidden = shape->hidden;
    float *tokens = space->tokens + (size_t)first * hidden, *limits = space->limits + first;
    const float *mixed = space->mixed + (size_t)first * hidden;
    float steps[BLOCK];
    __m512 tops[BLOCK];
    find_limits(mixed, hidden, limits);
    quantise(mixed, limits, hidden, space->tiles, steps);
    multiply(space->tiles, ADDED, &(Target){.linear = &layer->attended, .steps = steps, .rows = tokens});
    normalise_block(tokens, shape, layer->after_attention, limits);
    quantise(tokens, limits, hidden, space->tiles, steps);
    memset(tops, 0, sizeof tops);
    multiply(space->tiles, WIDENED, &(Target){.linear = &layer->widened, .steps = steps, .halves = space->halves, .tops = tops});
    quantise_halves(space->halves, tops, shape->wide, space->tiles, steps);
    multiply(space->tiles, ADDED, &(Target){.linear = &layer->narrowed, .steps = steps, .rows = tokens});
    normalise_block(tokens, shape, layer->after_wide, limits);
}

/* The queries, keys and values of a window. */
static void ask(const Layer *layer, const Shape *shape, int length, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    float steps[BLOCK];
    for (int first = 0; first < length; first += BLOCK) {
        const Target to = {.linear = &layer->qkv, .steps = steps, .attention = &space->attention,
                           .hidden = hidden, .size = size, .length = length, .first = first};
        quantise(space->tokens + (size_t)first * hidden, space->limits + first, hidden, space->tiles, steps);
        multiply(space->tiles, ATTENDING, &to);
    }
}

static void run_layer(const Layer *layer, const Shape *shape, int real, int length, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const Attention *all = &space->attention;
    ask(layer, shape, length, space);
    for (int head = 0; head < shape->heads; head++) {
        const size_t start = (size_t)head * length * size;
        const Head one = {all->query + start, all->key + start, all->value + start, all->weights, size, real, length};
        attend(&one, space->mixed + head * size, hidden);
    }
    for (int first = 0; first < length; first += BLOCK) run_block(layer, shape, space, first);
}

static void embed(Store *weights, const Shape *shape, const int64_t *ids, int real, int length, float *tokens, float *limits) {
    const int hidden = shape->hidden;
    const uint16_t *words = take(weights, sizeof(uint16_t) * hidden * shape->words);  /* fp16 */
    const float *positions = take(weights, sizeof(float) * hidden * shape->positions);
    const Norm norm = take_norm(weights, hidden);
    memset(tokens + (size_t)real * hidden, 0, sizeof(float) * hidden * (length - real));
    memset(limits + real, 0, sizeof(float) * (length - real));
    for (int token = 0; token < real; token++) {
        const uint16_t *word = words + (size_t)ids[token] * hidden;
        const float *position = positions + (size_t)token * hidden;
        float *row = tokens + (size_t)token * hidden;
        for (int i = 0; i < hidden; i += LANES)
            _mm512_store_ps(row + i, _mm512_add_ps(wide(word + i), _mm512_load_ps(position + i)));
        limits[token] = normalise(row, hidden, norm, shape->epsilon);
    }
}

static void run(Store weights, const Shape *shape, const int64_t *ids, int real, Store scratch, float *logits) {
    const int length = rounded(real, BLOCK);
    const Workspace space = take_workspace(&scratch, shape, length);
    open_tiles();
    embed(&weights, shape, ids, real, length, space.tokens, space.limits);
    for (int number = 0; number < shape->layers; number++) {
        const Layer layer = take_layer(&weights, shape);
        run_layer(&layer, shape, real, length, &space);
    }
    const Linear head = take_linear(&weights, shape->hidden, shape->tags);
    float steps[BLOCK];
    for (int first = 0; first < length; first += BLOCK) {
        quantise(space.tokens + (size_t)first * shape->hidden, space.limits + first, shape->hidden, space.tiles, steps);
        multiply(space.tiles, STORED, &(Target){.linear = &head, .steps = steps, .rows = space.rows});
        for (int row = 0; row < BLOCK && first + row < real; row++)
            memcpy(logits + (size_t)(first + row) * shape->tags, space.rows + (size_t)row * head.out, sizeof(float) * shape->tags);
    }
    _tile_release();
}

#endif
