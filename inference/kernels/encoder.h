/* A BERT encoder with its token-classification head, one window at a time, on a processor with AMX.
 *
 * Weights are int8 with one scale for each output; activations are int8 with one scale for each token, so that neither
 * the other tokens nor another window nor the number of threads changes what a token is given: the same window has the same
 * scores, bit by bit. Attention multiplies in bf16 and sums in fp32. All that is no product of matrices is computed in fp32, but GELU
 * and what becomes of it in fp16.
 *
 * Tokens go through a linear layer in blocks of 32 (two tiles), one linear layer after another, so that its weights stay in the second
 * cache; only attention looks at the whole window. A token of which an early head is certain stops: it is looked at, not computed.
 * `packed.py` lays the weights out in the order in which `run` takes them.
 */

#ifndef GONGKAI_ENCODER_H
#define GONGKAI_ENCODER_H

#include "attention.h"

typedef struct { Linear qkv, attended, widened, narrowed; Norm after_attention, after_wide; } Layer;
/* `exits`: bit n is set if there is a head after n layers; `certain`: how probable a tag must be for its token to stop there. */
typedef struct { int hidden, layers, heads, wide, tags, words, positions, exits; float epsilon, certain; } Shape;

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

/* `limits`: the largest absolute value of each token; `tiles`: a block in int8, `halves`: one in fp16. */
typedef struct {
    float *tokens, *limits, *mixed, *steps, *rows;
    uint16_t *halves;
    int8_t *tiles, *widened;
    Attention attention;
    int *places;
    uint8_t *stopped, *certain;
} Workspace;

static Workspace take_workspace(Store *store, const Shape *shape, int length) {
    const size_t all = (size_t)shape->hidden * length;
    Workspace space;
    space.tokens = take(store, all * sizeof(float));
    space.limits = take(store, length * sizeof(float));
    space.mixed = take(store, all * sizeof(float));
    space.steps = take(store, length * sizeof(float));
    space.rows = take(store, (size_t)BLOCK * rounded(shape->tags, BLOCK) * sizeof(float));
    space.halves = take(store, BLOCK * shape->wide * 2);
    space.tiles = take(store, BLOCK * shape->hidden);
    space.widened = take(store, (size_t)length * shape->wide);
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

/* 32 rows of floats, whose largest absolute values are known, in int8; writes what one step is worth in each. */
static void quantise(const float *from, const float *limits, int size, int8_t *tiles, float *steps) {
    for (int row = 0; row < BLOCK; row++, from += size) {
        const __m512 factor = _mm512_set1_ps(steps_of(limits[row]));
        for (int i = 0; i < size; i += LANES) _mm_store_si128(place(tiles, row, i), quantised(_mm512_load_ps(from + i), factor));
        steps[row] = limits[row] / 127.0f;
    }
}

/* The same of rows in fp16; `tops`: the largest absolute values of each, in lanes. */
static void quantise_halves(const uint16_t *from, const __m512h *tops, int size, int8_t *tiles, float *steps) {
    for (int row = 0; row < BLOCK; row++, from += size) {
        const float limit = (float)_mm512_reduce_max_ph(tops[row]);
        const _Float16 factor = (_Float16)(steps_of(limit) < 60000.0f ? steps_of(limit) : 60000.0f);
        const __m512h factors = _mm512_set1_ph(factor);
        for (int i = 0; i < size; i += PAIRS) {
            const __m512i values = _mm512_cvtph_epi16(_mm512_mul_ph(_mm512_load_ph(from + i), factors));
            _mm256_store_si256((__m256i *)place(tiles, row, i), _mm512_cvtsepi16_epi8(values));
        }
        steps[row] = factor > 0 ? 1.0f / (float)factor : 0.0f;
    }
}

static void find_limits(const float *rows, int size, float *limits) {
    for (int row = 0; row < BLOCK; row++) limits[row] = limit_of(rows + (size_t)row * size, size);
}

static void normalise_block(float *tokens, const Shape *shape, Norm norm, float *limits) {
    const int hidden = shape->hidden;
    for (int row = 0; row < BLOCK; row++) limits[row] = normalise(tokens + (size_t)row * hidden, hidden, norm, shape->epsilon);
}

/* Blocks of 32 tokens go through one linear layer after another, so that its weights stay in the second cache from block to block. */
typedef struct { float *tokens, *limits, *mixed, *steps; int8_t *tiles; } Block;

static Block block_at(const Workspace *space, const Shape *shape, int first) {
    const size_t start = (size_t)first * shape->hidden;
    return (Block){space->tokens + start, space->limits + first, space->mixed + start, space->steps + first,
                   space->widened + (size_t)first * shape->wide};
}

/* What tokens become of what they took from others. */
static void take_in(const Layer *layer, const Shape *shape, const Workspace *space, const Block *block) {
    find_limits(block->mixed, shape->hidden, block->limits);
    quantise(block->mixed, block->limits, shape->hidden, space->tiles, block->steps);
    multiply(space->tiles, ADDED, &(Target){.linear = &layer->attended, .steps = block->steps, .rows = block->tokens});
    normalise_block(block->tokens, shape, layer->after_attention, block->limits);
}

/* The wide layer between, in int8 tiles. */
static void widen(const Layer *layer, const Shape *shape, const Workspace *space, const Block *block) {
    __m512h tops[BLOCK];
    for (int row = 0; row < BLOCK; row++) tops[row] = _mm512_set1_ph((_Float16)0.17f);  /* GELU gives no less than its negative */
    quantise(block->tokens, block->limits, shape->hidden, space->tiles, block->steps);
    multiply(space->tiles, WIDENED, &(Target){.linear = &layer->widened, .steps = block->steps, .halves = space->halves, .tops = tops});
    quantise_halves(space->halves, tops, shape->wide, block->tiles, block->steps);
}

static void narrow_down(const Layer *layer, const Shape *shape, const Block *block) {
    multiply(block->tiles, ADDED, &(Target){.linear = &layer->narrowed, .steps = block->steps, .rows = block->tokens});
    normalise_block(block->tokens, shape, layer->after_wide, block->limits);
}

/* A window of `real` tokens in rows filled up to `length`: what is no token stays behind them. The first `live` rows go on through the
 * layers; the others stopped, and are only looked at by those. Token `places[row]` stands in a row. */
typedef struct { int real, length, live; } Window;

/* The queries, keys and values of the rows that go on, the keys and values of the others. */
static void ask(const Layer *layer, const Shape *shape, const Window *window, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const Linear *all = &layer->qkv;
    const Linear looked_at = {all->tiles + (size_t)hidden * hidden, all->scale + hidden, all->bias + hidden, hidden, 2 * hidden};
    float steps[BLOCK];
    for (int first = 0; first < window->length; first += BLOCK) {
        const int goes_on = first < window->live;
        const Target to = {.linear = goes_on ? all : &looked_at, .steps = steps, .attention = &space->attention, .hidden = hidden,
                           .size = size, .length = window->length, .first = first, .skipped = goes_on ? 0 : hidden};
        quantise(space->tokens + (size_t)first * hidden, space->limits + first, hidden, space->tiles, steps);
        multiply(space->tiles, ATTENDING, &to);
    }
}

static void run_layer(const Layer *layer, const Shape *shape, const Window *window, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const Attention *all = &space->attention;
    ask(layer, shape, window, space);
    for (int head = 0; head < shape->heads; head++) {
        const size_t start = (size_t)head * window->length * size;
        const Head one = {all->query + start, all->key + start, all->value + start, all->weights, size, window->real, window->length};
        attend(&one, window->live, space->mixed + head * size, hidden);
    }
    for (int first = 0; first < window->live; first += BLOCK) {
        const Block block = block_at(space, shape, first);
        take_in(layer, shape, space, &block);
    }
    for (int first = 0; first < window->live; first += BLOCK) {
        const Block block = block_at(space, shape, first);
        widen(layer, shape, space, &block);
    }
    for (int first = 0; first < window->live; first += BLOCK) {
        const Block block = block_at(space, shape, first);
        narrow_down(layer, shape, &block);
    }
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

/* The scores of the rows that went through all layers so far, each to the place of its token; the last scored block is in `rows`. */
static void score_block(const Linear *head, const Shape *shape, const Window *window, const Workspace *space, int first, float *logits) {
    float steps[BLOCK];
    quantise(space->tokens + (size_t)first * shape->hidden, space->limits + first, shape->hidden, space->tiles, steps);
    multiply(space->tiles, STORED, &(Target){.linear = head, .steps = steps, .rows = space->rows});
    for (int row = 0; row < BLOCK && first + row < window->real; row++) {
        float *to = logits + (size_t)space->places[first + row] * shape->tags;
        memcpy(to, space->rows + (size_t)row * head->out, sizeof(float) * shape->tags);
    }
}

/* Whether the best of a row of scores has at least the probability `least`. */
static int is_certain(const float *scores, int tags, float least) {
    __m512 top = _mm512_set1_ps(-__builtin_inff()), sum = _mm512_setzero_ps();
    for (int tag = 0; tag < tags; tag += LANES) top = _mm512_mask_max_ps(top, lanes(tags - tag), top, _mm512_load_ps(scores + tag));
    const __m512 peak = _mm512_set1_ps(_mm512_reduce_max_ps(top));
    for (int tag = 0; tag < tags; tag += LANES) {
        const __m512 below = _mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(scores + tag), peak), _mm512_set1_ps(LOG2_E));
        sum = _mm512_add_ps(sum, power_of_two(below, lanes(tags - tag)));
    }
    return _mm512_reduce_add_ps(sum) * least <= 1.0f;
}

static void swap_rows(const Workspace *space, int hidden, int one, int other) {
    float *left = space->tokens + (size_t)one * hidden, *right = space->tokens + (size_t)other * hidden;
    for (int i = 0; i < hidden; i += LANES) {
        const __m512 kept = _mm512_load_ps(left + i);
        _mm512_store_ps(left + i, _mm512_load_ps(right + i));
        _mm512_store_ps(right + i, kept);
    }
    const float limit = space->limits[one];
    space->limits[one] = space->limits[other], space->limits[other] = limit;
    const int place = space->places[one];
    space->places[one] = space->places[other], space->places[other] = place;
}

/* Whether all tokens near one are certain (`model/exits.py` has the same NEAR). */
static int all_near(const uint8_t *certain, int real, int token) {
    const int first = token > NEAR ? token - NEAR : 0, last = token + NEAR < real ? token + NEAR : real - 1;
    int all = 1;
    for (int other = first; other <= last; other++) all &= certain[other];
    return all;
}

/* Scores all rows that go on by an early head; those stop of whose tag it is certain, and of those near that did not stop before: where one
 * is in doubt, those round it are still computed for it to look at. Whole blocks go on: a last one that is not full takes rows
 * along that would have stopped. */
static void stop_certain(const Linear *head, const Shape *shape, Window *window, const Workspace *space, float *logits) {
    for (int first = 0; first < window->live; first += BLOCK) {
        score_block(head, shape, window, space, first, logits);
        for (int row = 0; row < BLOCK && first + row < window->real; row++)
            space->certain[space->places[first + row]] = is_certain(space->rows + (size_t)row * head->out, shape->tags, shape->certain);
    }
    for (int row = 0; row < window->live; row++)
        space->stopped[row] = row >= window->real || all_near(space->certain, window->real, space->places[row]);
    int going = 0, end = window->live;
    for (;; swap_rows(space, shape->hidden, going++, --end)) {
        while (going < end && !space->stopped[going]) going++;
        while (going < end && space->stopped[end - 1]) end--;
        if (going == end) break;
    }
    window->live = rounded(going, BLOCK);
}

static void run(Store weights, const Shape *shape, const int64_t *ids, int real, Store scratch, float *logits) {
    const int length = rounded(real, BLOCK);
    const Workspace space = take_workspace(&scratch, shape, length);
    Window window = {real, length, length};
    open_tiles();
    embed(&weights, shape, ids, real, length, space.tokens, space.limits);
    for (int row = 0; row < length; row++) space.places[row] = row;
    for (int number = 1; number <= shape->layers; number++) {
        const Layer layer = take_layer(&weights, shape);
        run_layer(&layer, shape, &window, &space);
        if (stops_after(shape, number)) {
            const Linear head = take_linear(&weights, shape->hidden, shape->tags);
            stop_certain(&head, shape, &window, &space, logits);
        }
    }
    const Linear head = take_linear(&weights, shape->hidden, shape->tags);
    for (int first = 0; first < window.live; first += BLOCK) score_block(&head, shape, &window, &space, first, logits);
    _tile_release();
}

#endif
