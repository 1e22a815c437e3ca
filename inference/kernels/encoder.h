/* A BERT encoder with its token-classification head, one window at a time, on a processor with AMX.
 *
 * Weights are int8 with one scale for each output; activations are int8 with one scale for each token, so that neither
 * the other tokens nor another window nor the number of threads changes what a token is given: the same window has the same
 * scores, bit by bit. Attention multiplies in bf16 and sums in fp32. All that is no product of matrices is fp32.
 *
 * Tokens go through a layer in blocks of 32 (two tiles), so that what a block passes on stays in the first caches; only
 * attention looks at the whole window. `packed.py` lays the weights out in the order in which `run` takes them.
 */

#ifndef GONGKAI_ENCODER_H
#define GONGKAI_ENCODER_H

#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-int8,amx-bf16")
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 32, TILE = 16, LANES = 16, DEPTH = 64, PAIRS = 32, ALIGN = 64, TILE_BYTES = 1024 };

#define LOG2_E 1.44269504f

typedef struct {
    const int8_t *tiles;  /* out/32 panels of in/64 pairs of tiles, each 16 rows of 4 inputs x 16 outputs */
    const float *scale, *bias;
    int in, out;
} Linear;

typedef struct { const float *weight, *bias; } Norm;
typedef struct { Linear qkv, attended, widened, narrowed; Norm after_attention, after_wide; } Layer;
typedef struct { int hidden, layers, heads, wide, tags, words, positions; float epsilon; } Shape;

/* Where parts of the packed weights or of the workspace lie, one after another, each on a cache line. */
typedef struct { char *at; } Store;

static void *take(Store *store, size_t bytes) {
    char *part = store->at;
    store->at += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    return part;
}

static int rounded(int number, int step) { return (number + step - 1) / step * step; }

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

/* ---- vectors ---- */

/* 2^x for finite x; relative error below 2e-4, a twentieth of what bf16 rounds away. */
static inline __m512 power_of_two(__m512 x) {
    const __m512 fraction = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 power = _mm512_set1_ps(0.077816460f);
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.225877634f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.696168568f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.999864033f));
    return _mm512_scalef_ps(power, x);  /* scalef takes the floor of its exponent itself */
}

static inline __m512 gelu(__m512 x) {
    /* x Phi(x), Phi by a polynomial over |x| <= 4.2; absolute error below 6e-5. */
    static const float P[] = {5.998050220542607e-11f, -5.633304813991381e-09f, 2.3436703984456152e-07f,
                              -5.760763494562058e-06f, 9.457434670108645e-05f, -0.0011141477404570002f,
                              0.009830129714720637f, -0.06636037066406435f, 0.39890743769907866f};
    const __m512 limit = _mm512_set1_ps(4.2f);
    const __m512 inside = _mm512_min_ps(_mm512_max_ps(x, _mm512_sub_ps(_mm512_setzero_ps(), limit)), limit);
    const __m512 square = _mm512_mul_ps(inside, inside);
    __m512 sum = _mm512_set1_ps(P[0]);
    for (int i = 1; i < 9; i++) sum = _mm512_fmadd_ps(sum, square, _mm512_set1_ps(P[i]));
    return _mm512_mul_ps(x, _mm512_fmadd_ps(inside, sum, _mm512_set1_ps(0.5f)));
}

/* One row of `size` floats as int8 into row `row` of a block of tiles; returns what one step of int8 is worth. */
static float quantise(const float *from, int size, int row, int8_t *tiles) {
    __m512 largest = _mm512_setzero_ps();
    for (int i = 0; i < size; i += LANES) largest = _mm512_max_ps(largest, _mm512_abs_ps(_mm512_load_ps(from + i)));
    const float limit = _mm512_reduce_max_ps(largest);
    const __m512 factor = _mm512_set1_ps(limit > 0 ? 127.0f / limit : 0.0f);
    for (int i = 0; i < size; i += LANES) {
        const __m512i steps = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_load_ps(from + i), factor));
        int8_t *to = tiles + (size_t)(i / DEPTH) * BLOCK * DEPTH + row * DEPTH + i % DEPTH;
        _mm_store_si128((__m128i *)to, _mm512_cvtsepi32_epi8(steps));
    }
    return limit / 127.0f;
}

static void normalise(float *row, int size, Norm norm, float epsilon) {
    __m512 sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
    for (int i = 0; i < size; i += LANES) sum = _mm512_add_ps(sum, _mm512_load_ps(row + i));
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / (float)size);
    for (int i = 0; i < size; i += LANES) {
        const __m512 centred = _mm512_sub_ps(_mm512_load_ps(row + i), mean);
        squares = _mm512_fmadd_ps(centred, centred, squares);
    }
    const __m512 factor = _mm512_set1_ps(1.0f / __builtin_sqrtf(_mm512_reduce_add_ps(squares) / (float)size + epsilon));
    for (int i = 0; i < size; i += LANES) {
        const __m512 unit = _mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(row + i), mean), factor);
        _mm512_store_ps(row + i, _mm512_fmadd_ps(unit, _mm512_load_ps(norm.weight + i), _mm512_load_ps(norm.bias + i)));
    }
}

/* ---- tiles ---- */

typedef struct __attribute__((packed)) { uint8_t palette, start, unused[14]; uint16_t columns[16]; uint8_t rows[16]; } Tiles;

/* All eight tiles full: 16 rows of 64 bytes. */
static void open_tiles(void) {
    Tiles tiles = {.palette = 1};
    for (int i = 0; i < 8; i++) tiles.columns[i] = 64, tiles.rows[i] = TILE;
    _tile_loadconfig(&tiles);
}

/* 32 rows of int8 (`tiles`, worth `steps`) through `linear` into rows of `out` floats. */
static inline __attribute__((always_inline)) void
multiply(const Linear *linear, const int8_t *tiles, const float *steps, float *to, int stride, int with_gelu) {
    int32_t sums[BLOCK * BLOCK] __attribute__((aligned(ALIGN)));
    const int8_t *weights = linear->tiles;
    for (int column = 0; column < linear->out; column += BLOCK) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (int k = 0; k < linear->in; k += DEPTH, weights += 2 * TILE_BYTES) {
            _tile_loadd(4, tiles + (size_t)k * BLOCK, 64);
            _tile_loadd(6, weights, 64);
            _tile_loadd(7, weights + TILE_BYTES, 64);
            _tile_loadd(5, tiles + (size_t)k * BLOCK + TILE_BYTES, 64);
            _tile_dpbssd(0, 4, 6);
            _tile_dpbssd(1, 4, 7);
            _tile_dpbssd(2, 5, 6);
            _tile_dpbssd(3, 5, 7);
        }
        _tile_stored(0, sums, 128);
        _tile_stored(1, sums + TILE, 128);
        _tile_stored(2, sums + TILE * BLOCK, 128);
        _tile_stored(3, sums + TILE * BLOCK + TILE, 128);
        for (int half = 0; half < BLOCK; half += LANES) {
            const __m512 scale = _mm512_load_ps(linear->scale + column + half), bias = _mm512_load_ps(linear->bias + column + half);
            for (int row = 0; row < BLOCK; row++) {
                const __m512 sum = _mm512_cvtepi32_ps(_mm512_load_si512(sums + row * BLOCK + half));
                __m512 value = _mm512_fmadd_ps(sum, _mm512_mul_ps(scale, _mm512_set1_ps(steps[row])), bias);
                if (with_gelu) value = gelu(value);
                _mm512_store_ps(to + (size_t)row * stride + column + half, value);
            }
        }
    }
}

/* ---- attention ---- */

typedef struct { uint16_t *query, *key, *value; float *scores; } Attention;

static inline __m256i halves(const float *from) { return (__m256i)_mm512_cvtneps_pbh(_mm512_load_ps(from)); }

/* The queries, keys and values of 32 tokens from `first` on, in bf16 and as tiles read them, by head:
 * queries as rows; keys as columns, two neighbouring numbers together; values with two neighbouring tokens together. */
static void lay_out(const float *qkv, const Shape *shape, int length, int first, const Attention *to) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const __m512 factor = _mm512_set1_ps(LOG2_E / __builtin_sqrtf((float)size));
    for (int row = 0; row < BLOCK; row++) {
        const float *from = qkv + (size_t)row * 3 * hidden;
        const int token = first + row;
        for (int i = 0; i < hidden; i += LANES) {
            const int head = i / size, within = i % size;
            uint16_t *query = to->query + ((size_t)head * length + token) * size + within;
            _mm256_store_si256((__m256i *)query, (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(_mm512_load_ps(from + i), factor)));
            uint32_t pairs[8] __attribute__((aligned(32)));
            _mm256_store_si256((__m256i *)pairs, halves(from + hidden + i));
            uint32_t *key = (uint32_t *)to->key + (((size_t)head * length + token / TILE * TILE) * size + within * TILE) / 2 + token % TILE;
            for (int pair = 0; pair < 8; pair++) key[pair * TILE] = pairs[pair];
        }
    }
    for (int row = 0; row < BLOCK; row += 2) {
        const float *even = qkv + (size_t)row * 3 * hidden + 2 * hidden, *odd = even + 3 * hidden;
        for (int i = 0; i < hidden; i += LANES) {
            const int head = i / size, within = i % size;
            const __m512i low = _mm512_cvtepu16_epi32(halves(even + i)), high = _mm512_cvtepu16_epi32(halves(odd + i));
            const int panel = within / TILE;
            uint16_t *value = to->value + ((size_t)head * length + first) * size + (size_t)panel * BLOCK * TILE + row * TILE;
            _mm512_store_si512(value, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
    }
}

/* A row of scores to its softmax in bf16, in the same place and not yet divided by the sum, which is returned. The scores are
 * exponents of two; the tokens from `real` on get nothing. */
static float soften(float *scores, int real, int length) {
    const __mmask16 last = (__mmask16)(0xffff >> (LANES - 1 - (real - 1) % LANES));
    const __m512 nothing = _mm512_set1_ps(-1.0e30f);
    float *end = scores + (real - 1) / LANES * LANES;
    _mm512_store_ps(end, _mm512_mask_mov_ps(nothing, last, _mm512_load_ps(end)));
    for (float *past = end + LANES; past < scores + length; past += LANES) _mm512_store_ps(past, nothing);
    __m512 one = _mm512_load_ps(scores), other = one;
    for (int i = 0; i < length; i += 2 * LANES) {
        one = _mm512_max_ps(one, _mm512_load_ps(scores + i));
        other = _mm512_max_ps(other, _mm512_load_ps(scores + i + LANES));
    }
    const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(_mm512_max_ps(one, other)));
    __m512 sum = _mm512_setzero_ps(), more = sum;
    for (int i = 0; i < length; i += 2 * LANES) {
        one = power_of_two(_mm512_sub_ps(_mm512_load_ps(scores + i), top));
        other = power_of_two(_mm512_sub_ps(_mm512_load_ps(scores + i + LANES), top));
        sum = _mm512_add_ps(sum, one);
        more = _mm512_add_ps(more, other);
        _mm512_store_si512((uint16_t *)scores + i, (__m512i)_mm512_cvtne2ps_pbh(other, one));
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(sum, more));
}

/* 2 x 2 tiles of products in bf16: rows of `left` (`stride` bytes apart) with the pairs of tiles in `right`, for `depth` numbers,
 * into rows of floats. */
static inline __attribute__((always_inline)) void
combine(const uint16_t *left, int stride, const uint16_t *right, const uint16_t *beside, int step, int depth, float *to, int row) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < depth; k += PAIRS, right += step, beside += step) {
        _tile_loadd(4, left + k, stride);
        _tile_loadd(6, right, 64);
        _tile_loadd(7, beside, 64);
        _tile_loadd(5, (const char *)(left + k) + TILE * stride, stride);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, to, row * 4);
    _tile_stored(1, to + TILE, row * 4);
    _tile_stored(2, to + TILE * row, row * 4);
    _tile_stored(3, to + TILE * row + TILE, row * 4);
}

/* What 32 tokens from `first` on take from all tokens, by one head, into rows of `to`. */
static void attend(const Attention *all, const Shape *shape, int real, int length, int head, int first, float *to) {
    const int size = shape->hidden / shape->heads, row = length + LANES;
    const uint16_t *query = all->query + ((size_t)head * length + first) * size;
    const uint16_t *key = all->key + (size_t)head * length * size, *value = all->value + (size_t)head * length * size;
    float sums[BLOCK], mixed[BLOCK * BLOCK] __attribute__((aligned(ALIGN)));
    for (int other = 0; other < length; other += BLOCK, key += BLOCK * size)
        combine(query, size * 2, key, key + TILE * size, PAIRS * TILE, size, all->scores + other, row);
    for (int i = 0; i < BLOCK; i++) sums[i] = 1.0f / soften(all->scores + (size_t)i * row, real, length);
    for (int panel = 0; panel < size; panel += BLOCK, value += BLOCK * BLOCK) {
        combine((const uint16_t *)all->scores, row * 4, value, value + PAIRS * TILE, BLOCK * size, length, mixed, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            const __m512 share = _mm512_set1_ps(sums[i]);
            float *at = to + (size_t)i * shape->hidden + head * size + panel;
            _mm512_store_ps(at, _mm512_mul_ps(_mm512_load_ps(mixed + i * BLOCK), share));
            _mm512_store_ps(at + LANES, _mm512_mul_ps(_mm512_load_ps(mixed + i * BLOCK + LANES), share));
        }
    }
}

/* ---- the network ---- */

typedef struct { float *tokens, *mixed, *wide; int8_t *tiles; Attention attention; } Workspace;

static Workspace take_workspace(Store *store, const Shape *shape, int length) {
    const size_t hidden = shape->hidden, all = hidden * length;
    const int most = shape->wide > 3 * shape->hidden ? shape->wide : 3 * shape->hidden, tags = rounded(shape->tags, BLOCK);
    const size_t widest = most > tags ? most : tags;
    Workspace space;
    space.tokens = take(store, all * sizeof(float));
    space.mixed = take(store, all * sizeof(float));
    space.wide = take(store, BLOCK * widest * sizeof(float));
    space.tiles = take(store, BLOCK * widest);
    space.attention.query = take(store, all * 2);
    space.attention.key = take(store, all * 2);
    space.attention.value = take(store, all * 2);
    space.attention.scores = take(store, (size_t)BLOCK * (length + LANES) * sizeof(float));
    return space;
}

static void quantise_block(const float *from, int size, int8_t *tiles, float *steps) {
    for (int row = 0; row < BLOCK; row++) steps[row] = quantise(from + (size_t)row * size, size, row, tiles);
}

/* `tokens` += `more`, then normalised, for 32 rows. */
static void add_and_normalise(float *tokens, const float *more, const Shape *shape, Norm norm) {
    for (int row = 0; row < BLOCK; row++, tokens += shape->hidden, more += shape->hidden) {
        for (int i = 0; i < shape->hidden; i += LANES)
            _mm512_store_ps(tokens + i, _mm512_add_ps(_mm512_load_ps(tokens + i), _mm512_load_ps(more + i)));
        normalise(tokens, shape->hidden, norm, shape->epsilon);
    }
}

static void run_layer(const Layer *layer, const Shape *shape, int real, int length, const Workspace *space) {
    const int hidden = shape->hidden;
    float steps[BLOCK];
    for (int first = 0; first < length; first += BLOCK) {
        quantise_block(space->tokens + (size_t)first * hidden, hidden, space->tiles, steps);
        multiply(&layer->qkv, space->tiles, steps, space->wide, 3 * hidden, 0);
        lay_out(space->wide, shape, length, first, &space->attention);
    }
    for (int head = 0; head < shape->heads; head++)
        for (int first = 0; first < length; first += BLOCK)
            attend(&space->attention, shape, real, length, head, first, space->mixed + (size_t)first * hidden);
    for (int first = 0; first < length; first += BLOCK) {
        float *tokens = space->tokens + (size_t)first * hidden, *mixed = space->mixed + (size_t)first * hidden;
        quantise_block(mixed, hidden, space->tiles, steps);
        multiply(&layer->attended, space->tiles, steps, mixed, hidden, 0);
        add_and_normalise(tokens, mixed, shape, layer->after_attention);
        quantise_block(tokens, hidden, space->tiles, steps);
        multiply(&layer->widened, space->tiles, steps, space->wide, shape->wide, 1);
        quantise_block(space->wide, shape->wide, space->tiles, steps);
        multiply(&layer->narrowed, space->tiles, steps, mixed, hidden, 0);
        add_and_normalise(tokens, mixed, shape, layer->after_wide);
    }
}

static void embed(Store *weights, const Shape *shape, const int64_t *ids, int real, int length, float *tokens) {
    const int hidden = shape->hidden;
    const uint16_t *words = take(weights, sizeof(uint16_t) * hidden * shape->words);  /* fp16 */
    const float *positions = take(weights, sizeof(float) * hidden * shape->positions);
    const Norm norm = take_norm(weights, hidden);
    memset(tokens + (size_t)real * hidden, 0, sizeof(float) * hidden * (length - real));
    for (int token = 0; token < real; token++) {
        const uint16_t *word = words + (size_t)ids[token] * hidden;
        const float *position = positions + (size_t)token * hidden;
        float *row = tokens + (size_t)token * hidden;
        for (int i = 0; i < hidden; i += LANES)
            _mm512_store_ps(row + i, _mm512_add_ps(_mm512_cvtph_ps(_mm256_load_si256((const __m256i *)(word + i))), _mm512_load_ps(position + i)));
        normalise(row, hidden, norm, shape->epsilon);
    }
}

static void run(Store weights, const Shape *shape, const int64_t *ids, int real, Store scratch, float *logits) {
    const int length = rounded(real, BLOCK);
    const Workspace space = take_workspace(&scratch, shape, length);
    open_tiles();
    embed(&weights, shape, ids, real, length, space.tokens);
    for (int number = 0; number < shape->layers; number++) {
        const Layer layer = take_layer(&weights, shape);
        run_layer(&layer, shape, real, length, &space);
    }
    const Linear head = take_linear(&weights, shape->hidden, shape->tags);
    float steps[BLOCK];
    for (int first = 0; first < length; first += BLOCK) {
        quantise_block(space.tokens + (size_t)first * shape->hidden, shape->hidden, space.tiles, steps);
        multiply(&head, space.tiles, steps, space.wide, head.out, 0);
        for (int row = 0; row < BLOCK && first + row < real; row++)
            memcpy(logits + (size_t)(first + row) * shape->tags, space.wide + (size_t)row * head.out, sizeof(float) * shape->tags);
    }
    _tile_release();
}

#endif
