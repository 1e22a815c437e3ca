/* A BERT encoder, its sizes and weights, and the room in which a window is computed. */

#ifndef GONGKAI_PARTS_H
#define GONGKAI_PARTS_H

#include "attention.h"
#include "rows.h"

typedef struct { Linear qkv, attended, widened, narrowed; Norm after_attention, after_wide; } Layer;
/* `exits`: bit n is set if there is a head after n layers; `shift`: bits that the sums of the wide layers lose to fit in 16; `certain`:
 * how probable a tag must be for its token to stop at a head. */
typedef struct { int hidden, layers, heads, wide, tags, words, positions, exits, shift; float epsilon, certain; } Shape;

static int stops_after(const Shape *shape, int layers) { return layers < 31 && shape->exits >> layers & 1; }

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

/* Tokens as floats in rows, as `tiles` of int8 (`steps`: what one step is worth in each), and wide (`wide_steps`); `mixed`: what each
 * takes from others, in fp16; of one block of 32: `taken`, `mixed` in int8; `halves`, wide in fp16; `rows` of scores. */
typedef struct {
    float *tokens, *steps, *wide_steps, *rows;
    uint16_t *mixed, *halves;
    int8_t *tiles, *widened, *taken;
    Attention attention;
    int *places;
    uint8_t *stopped, *certain;
} Workspace;

static Workspace take_workspace(Store *store, const Shape *shape, int length) {
    const size_t all = (size_t)shape->hidden * length;
    Workspace space;
    space.tokens = take(store, all * sizeof(float));
    space.steps = take(store, length * sizeof(float));
    space.wide_steps = take(store, length * sizeof(float));
    space.rows = take(store, (size_t)BLOCK * rounded(shape->tags, BLOCK) * sizeof(float));
    space.mixed = take(store, all * 2);
    space.halves = take(store, (size_t)BLOCK * shape->wide * 2);
    space.tiles = take(store, all);
    space.widened = take(store, (size_t)length * shape->wide);
    space.taken = take(store, (size_t)BLOCK * shape->hidden);
    space.attention.query = take(store, all * 2);
    space.attention.key = take(store, all * 2);
    space.attention.value = take(store, all * 2);
    space.attention.rows = take(store, BLOCK * BLOCK * 2);
    space.attention.weights = take(store, (size_t)TILE * length * 2);
    space.places = take(store, length * sizeof(int));
    space.stopped = take(store, length);
    space.certain = take(store, length);
    return space;
}

/* 32 tokens in a workspace. */
typedef struct { float *tokens, *steps, *wide_steps; uint16_t *mixed; int8_t *tiles, *widened; } Block;

static Block block_at(const Workspace *space, const Shape *shape, int first) {
    const size_t start = (size_t)first * shape->hidden;
    return (Block){space->tokens + start, space->steps + first, space->wide_steps + first, space->mixed + start, space->tiles + start,
                   space->widened + (size_t)first * shape->wide};
}

/* Where the row of a token begins in tiles; its next 64 numbers stand BLOCK * DEPTH bytes further. */
static int8_t *tile_row(const Workspace *space, const Shape *shape, int row) {
    return space->tiles + (size_t)(row / BLOCK * BLOCK) * shape->hidden + row % BLOCK * DEPTH;
}

/* A window of `real` tokens in rows filled up to `length`: what is no token stays behind them. The first `live` rows go on through the
 * layers; the others stopped, and are only looked at by those. Token `places[row]` stands in a row. */
typedef struct { int real, length, live; } Window;

#endif
