// Training in bfloat16 on processors with AMX: everything of a layer between its matrix products, forward and backward, several times
// faster than the same formulas in PyTorch. train.py uses it for training when it can be built and the processor has AMX.
//
// Attention is computed transposed (keys down, 32 query rows across), so that softmax statistics lie in lanes and every product is tiles
// of 16 x 32 (bf16) times 32 x 16 (bf16, pairs interleaved as the instruction wants them).
#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { D = 32, B = 32, TILE = 16 * 32 };            // head dimension, rows and keys of a block, bf16 values of a tile
typedef unsigned short bf;
typedef struct { unsigned char palette, start, zero[14]; unsigned short columns[16]; unsigned char rows[16]; } __attribute__((aligned(64))) tiles;
// qkv is [batch, t, (heads + 2 kv) * D], o is [batch, t, heads * D], cos and sin [batch, t, D / 2], lse [batch, heads, t rounded up to blocks]

int fused_available(void) { return syscall(SYS_arch_prctl, 0x1023, 18) == 0; }   // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA

static float widen(bf x) { unsigned u = (unsigned)x << 16; float f; memcpy(&f, &u, 4); return f; }
static bf narrow(float x) { unsigned u; memcpy(&u, &x, 4); return (u + 0x7fff + (u >> 16 & 1)) >> 16; }

static tiles configure(void)
{
    tiles before = {0}, ours = { .palette = 1 };
    for (int i = 0; i < 8; i++) { ours.columns[i] = 64; ours.rows[i] = 16; }
    _tile_storeconfig(&before); _tile_loadconfig(&ours);
    return before;
}

static void restore(tiles *before) { if (before->palette) _tile_loadconfig(before); else _tile_release(); }

static __m512 exponential(__m512 x)
{
    x = _mm512_max_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), _mm512_set1_ps(-126));
    __m512 whole = _mm512_roundscale_ps(x, 0), f = _mm512_sub_ps(x, whole), p = _mm512_set1_ps(1.3333558e-3f);
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.6181291e-3f)); p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.5504109e-2f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.4022651e-1f)); p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.9314718e-1f));
    return _mm512_scalef_ps(_mm512_fmadd_ps(p, f, _mm512_set1_ps(1)), whole);
}

// ---- rows in and out: 32 rows of one head, rotated where cos is given, zero behind the end -------------------------------------------

static void fetch(const bf *x, long stride, long rows, const float *cos, const float *sin, bf *out)
{
    if (rows < B) memset(out, 0, B * D * 2);
    for (long r = 0; r < rows && r < B; r++, x += stride) {
        if (!cos) { memcpy(out + r * D, x, D * 2); continue; }
        for (int d = 0; d < D / 2; d++) {
            float a = widen(x[d]), b = widen(x[d + D / 2]), c = cos[r * D / 2 + d], s = sin[r * D / 2 + d];
            out[r * D + d] = narrow(a * c - b * s); out[r * D + d + D / 2] = narrow(b * c + a * s);
        }
    }
}

static void put(const float *x, long rows, const float *cos, const float *sin, bf *out, long stride)   // rotates back
{
    for (long r = 0; r < rows && r < B; r++, out += stride, x += D)
        for (int d = 0; d < D / 2; d++) {
            float a = x[d], b = x[d + D / 2], c = cos ? cos[r * D / 2 + d] : 1, s = cos ? sin[r * D / 2 + d] : 0;
            out[d] = narrow(a * c + b * s); out[d + D / 2] = narrow(b * c - a * s);
        }
}

// ---- tile layouts of [32 rows][D] ----------------------------------------------------------------------------------------------------

// Two tiles (one per half of D) of 16 d by 32 rows.
static void across(const bf *x, bf *out) { for (int d = 0; d < D; d++) for (int r = 0; r < B; r++) out[d * B + r] = x[r * D + d]; }

// Two tiles (one per half of the rows) of 16 pairs of d by 16 rows.
static void pairs_of_d(const bf *x, bf *out)
{
    for (int r = 0; r < B; r++) for (int d = 0; d < D; d += 2) memcpy(out + (r / 16) * TILE + d * 16 + (r % 16) * 2, x + r * D + d, 4);
}

// Two tiles (one per half of D) of 16 pairs of rows by 16 d.
static void pairs_of_rows(const bf *x, bf *out)
{
    for (int r = 0; r < B; r++) for (int d = 0; d < D; d++) out[(d / 16) * TILE + (r / 2) * 32 + (d % 16) * 2 + r % 2] = x[r * D + d];
}

// ---- tile products -------------------------------------------------------------------------------------------------------------------

// out[key 0..31][row 0..31] (fp32) = rows of k [32][D] times the 32 query rows in q (pairs_of_d). Tiles 4..7.
static void scores(const bf *k, const bf *q, float *out)
{
    _tile_loadd(4, k, 64); _tile_loadd(5, q, 64); _tile_zero(6); _tile_dpbf16ps(6, 4, 5); _tile_stored(6, out, 128);
    _tile_loadd(5, q + TILE, 64); _tile_zero(7); _tile_dpbf16ps(7, 4, 5); _tile_stored(7, out + 16, 128);
    _tile_loadd(4, k + TILE, 64); _tile_zero(7); _tile_dpbf16ps(7, 4, 5); _tile_stored(7, out + 16 * 32 + 16, 128);
    _tile_loadd(5, q, 64); _tile_zero(6); _tile_dpbf16ps(6, 4, 5); _tile_stored(6, out + 16 * 32, 128);
}

// Hides later keys in the block where keys and rows are the same.
static void hide(float *s) { for (int j = 0; j < B; j++) for (int r = 0; r < j; r++) s[j * 32 + r] = -1e30f; }

// Two keys' weights for 16 rows, interleaved.
static __m512i interleave(__m512 even, __m512 odd)
{
    const __m512i half = _mm512_set1_epi32(0x8000);
    __m512i a = _mm512_srli_epi32(_mm512_add_epi32(_mm512_castps_si512(even), half), 16), b = _mm512_add_epi32(_mm512_castps_si512(odd), half);
    return _mm512_mask_blend_epi16(0xaaaaaaaa, a, b);
}

// Tiles 0..3 (two halves of d by two halves of the rows) += across-tiles `a` times weights `w` (pairs of keys by rows, two halves).
static void accumulate(const bf *a, const bf *w)
{
    _tile_loadd(4, a, 64); _tile_loadd(5, a + TILE, 64); _tile_loadd(6, w, 64); _tile_loadd(7, w + TILE, 64);
    _tile_dpbf16ps(0, 4, 6); _tile_dpbf16ps(1, 4, 7); _tile_dpbf16ps(2, 5, 6); _tile_dpbf16ps(3, 5, 7);
}

static void finish(float *out)                      // tiles 0..3 to out [32 rows][D]
{
    float sum[1024] __attribute__((aligned(64)));
    _tile_stored(0, sum, 128); _tile_stored(1, sum + 16, 128); _tile_stored(2, sum + 512, 128); _tile_stored(3, sum + 528, 128);
    for (int r = 0; r < B; r++) for (int d = 0; d < D; d++) out[r * D + d] = sum[d * 32 + r];
}

// Tiles (two halves of the keys by two halves of D) in out [32 keys][D] += weights w (keys by rows) times a (pairs_of_rows).
static void scatter(const bf *w, const bf *a, float *out)
{
    _tile_loadd(6, w, 64); _tile_loadd(7, a, 64); _tile_loadd(4, out, 128); _tile_dpbf16ps(4, 6, 7); _tile_stored(4, out, 128);
    _tile_loadd(5, a + TILE, 64); _tile_loadd(4, out + 16, 128); _tile_dpbf16ps(4, 6, 5); _tile_stored(4, out + 16, 128);
    _tile_loadd(6, w + TILE, 64); _tile_loadd(4, out + 512, 128); _tile_dpbf16ps(4, 6, 7); _tile_stored(4, out + 512, 128);
    _tile_loadd(4, out + 528, 128); _tile_dpbf16ps(4, 6, 5); _tile_stored(4, out + 528, 128);
}

// ---- attention -----------------------------------------------------------------------------------------------------------------------

void attention_forward(const bf *qkv, const float *cos, const float *sin, bf *o, float *lse, long batch, long heads, long kv, long t)
{
    const __m512 scale = _mm512_set1_ps(1 / sqrtf(D)); long blocks = (t + B - 1) / B * B, width = (heads + 2 * kv) * D, group = heads / kv;
    #pragma omp parallel for schedule(dynamic)
    for (long pair = 0; pair < batch * kv; pair++) {
        tiles before = configure(); long b = pair / kv, kvh = pair % kv;
        const bf *x = qkv + b * t * width; const float *c = cos + b * t * D / 2, *n = sin + b * t * D / 2;
        bf *kb = aligned_alloc(64, blocks * D * 2), *va = aligned_alloc(64, blocks * D * 2); float *s = aligned_alloc(64, blocks * 32 * 4);
        bf row[B * D] __attribute__((aligned(64))), qd[2 * TILE] __attribute__((aligned(64))), w[2 * TILE] __attribute__((aligned(64)));
        for (long j = 0; j < t; j += B) {
            fetch(x + j * width + (heads + kvh) * D, width, t - j, c + j * D / 2, n + j * D / 2, kb + j * D);
            fetch(x + j * width + (heads + kv + kvh) * D, width, t - j, 0, 0, row); across(row, va + j * D);
        }
        for (long head = kvh * group; head < (kvh + 1) * group; head++)
            for (long i = 0; i < t; i += B) {
                fetch(x + i * width + head * D, width, t - i, c + i * D / 2, n + i * D / 2, row); pairs_of_d(row, qd);
                __m512 top[2], total[2];
                for (int h = 0; h < 2; h++) { top[h] = _mm512_set1_ps(-1e30f); total[h] = _mm512_setzero_ps(); }
                for (long j = 0; j <= i; j += B) {
                    scores(kb + j * D, qd, s + j * 32);
                    if (j == i) hide(s + j * 32);
                    for (long y = j; y < j + B; y++) for (int h = 0; h < 2; h++) top[h] = _mm512_max_ps(top[h], _mm512_load_ps(s + y * 32 + h * 16));
                }
                _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
                for (long j = 0; j <= i; j += B) {
                    for (int y = 0; y < B; y += 2) for (int h = 0; h < 2; h++) {
                        const float *at = s + (j + y) * 32 + h * 16;
                        __m512 even = exponential(_mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(at), top[h]), scale));
                        __m512 odd = exponential(_mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(at + 32), top[h]), scale));
                        total[h] = _mm512_add_ps(total[h], _mm512_add_ps(even, odd));
                        _mm512_store_si512(w + h * TILE + y / 2 * 32, interleave(even, odd));
                    }
                    accumulate(va + j * D, w);
                }
                float out[B * D], tops[B], totals[B];
                finish(out);
                for (int h = 0; h < 2; h++) { _mm512_storeu_ps(tops + h * 16, _mm512_mul_ps(top[h], scale)); _mm512_storeu_ps(totals + h * 16, total[h]); }
                for (int r = 0; r < B; r++) {
                    lse[((b * heads + head) * blocks) + i + r] = tops[r] + logf(totals[r]);
                    float inverse = 1 / totals[r];
                    for (int d = 0; d < D; d++) out[r * D + d] *= inverse;
                }
                put(out, t - i, 0, 0, o + (b * t + i) * heads * D + head * D, heads * D);
            }
        free(kb); free(va); free(s); restore(&before);
    }
}

void attention_backward(const bf *qkv, const float *cos, const float *sin, const bf *o, const float *lse, const bf *go, bf *gqkv,
                        long batch, long heads, long kv, long t)
{
    const __m512 scale = _mm512_set1_ps(1 / sqrtf(D)); long blocks = (t + B - 1) / B * B, width = (heads + 2 * kv) * D, group = heads / kv;
    #pragma omp parallel for schedule(dynamic)
    for (long pair = 0; pair < batch * kv; pair++) {
        tiles before = configure(); long b = pair / kv, kvh = pair % kv;
        const bf *x = qkv + b * t * width; bf *gx = gqkv + b * t * width; const float *c = cos + b * t * D / 2, *n = sin + b * t * D / 2;
        bf *kb = aligned_alloc(64, blocks * D * 2), *vb = aligned_alloc(64, blocks * D * 2), *ka = aligned_alloc(64, blocks * D * 2);
        float *dk = aligned_alloc(64, blocks * D * 4), *dv = aligned_alloc(64, blocks * D * 4), dq[B * D];
        float s[1024] __attribute__((aligned(64))), g[1024] __attribute__((aligned(64))), dot[B] __attribute__((aligned(64)));
        bf row[B * D] __attribute__((aligned(64))), qd[2 * TILE] __attribute__((aligned(64))), qr[2 * TILE] __attribute__((aligned(64)));
        bf od[2 * TILE] __attribute__((aligned(64))), or_[2 * TILE] __attribute__((aligned(64))), p[2 * TILE] __attribute__((aligned(64)));
        bf ds[2 * TILE] __attribute__((aligned(64))), w[2 * TILE] __attribute__((aligned(64)));
        for (long j = 0; j < t; j += B) {
            fetch(x + j * width + (heads + kvh) * D, width, t - j, c + j * D / 2, n + j * D / 2, kb + j * D); across(kb + j * D, ka + j * D);
            fetch(x + j * width + (heads + kv + kvh) * D, width, t - j, 0, 0, vb + j * D);
        }
        memset(dk, 0, blocks * D * 4); memset(dv, 0, blocks * D * 4);
        for (long head = kvh * group; head < (kvh + 1) * group; head++)
            for (long i = 0; i < t; i += B) {
                const bf *oi = o + (b * t + i) * heads * D + head * D, *gi = go + (b * t + i) * heads * D + head * D;
                const float *l = lse + (b * heads + head) * blocks + i;
                fetch(x + i * width + head * D, width, t - i, c + i * D / 2, n + i * D / 2, row); pairs_of_d(row, qd); pairs_of_rows(row, qr);
                fetch(gi, heads * D, t - i, 0, 0, row); pairs_of_d(row, od); pairs_of_rows(row, or_);
                for (long r = 0; r < B; r++) {
                    float sum = 0;
                    if (i + r < t) for (int d = 0; d < D; d++) sum += widen(gi[r * heads * D + d]) * widen(oi[r * heads * D + d]);
                    dot[r] = sum;
                }
                _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
                for (long j = 0; j <= i; j += B) {
                    scores(kb + j * D, qd, s); scores(vb + j * D, od, g);
                    if (j == i) hide(s);
                    for (int y = 0; y < B; y += 2) {
                        __m512 a[2][2], e[2][2];
                        for (int z = 0; z < 2; z++) for (int h = 0; h < 2; h++) {
                            int at = (y + z) * 32 + h * 16;
                            a[z][h] = exponential(_mm512_sub_ps(_mm512_mul_ps(_mm512_load_ps(s + at), scale), _mm512_loadu_ps(l + h * 16)));
                            e[z][h] = _mm512_mul_ps(_mm512_mul_ps(a[z][h], scale), _mm512_sub_ps(_mm512_load_ps(g + at), _mm512_load_ps(dot + h * 16)));
                        }
                        for (int z = 0; z < 2; z++) {
                            _mm512_store_si512(p + (y + z) * 32, (__m512i)_mm512_cvtne2ps_pbh(a[z][1], a[z][0]));
                            _mm512_store_si512(ds + (y + z) * 32, (__m512i)_mm512_cvtne2ps_pbh(e[z][1], e[z][0]));
                        }
                        for (int h = 0; h < 2; h++) _mm512_store_si512(w + h * TILE + y / 2 * 32, interleave(e[0][h], e[1][h]));
                    }
                    accumulate(ka + j * D, w);
                    scatter(p, or_, dv + j * D); scatter(ds, qr, dk + j * D);
                }
                finish(dq);
                put(dq, t - i, c + i * D / 2, n + i * D / 2, gx + i * width + head * D, width);
            }
        for (long j = 0; j < t; j += B) {
            put(dk + j * D, t - j, c + j * D / 2, n + j * D / 2, gx + j * width + (heads + kvh) * D, width);
            put(dv + j * D, t - j, 0, 0, gx + j * width + (heads + kv + kvh) * D, width);
        }
        free(kb); free(vb); free(ka); free(dk); free(dv); restore(&before);
    }
}

// ---- RMSNorm and SwiGLU --------------------------------------------------------------------------------------------------------------

// y [rows, width] bf16 = x / rms(x) * w; inverse [rows] is kept for the way back.
void norm_forward(const float *x, const float *w, bf *y, float *inverse, long rows, long width)
{
    #pragma omp parallel for schedule(static)
    for (long r = 0; r < rows; r++) {
        const float *a = x + r * width; float sum = 0;
        for (long i = 0; i < width; i++) sum += a[i] * a[i];
        float f = inverse[r] = 1 / sqrtf(sum / width + 1e-5f);
        for (long i = 0; i < width; i++) y[r * width + i] = narrow(a[i] * f * w[i]);
    }
}

// gx [rows, width] = g + the gradient of the norm for gy; gw [width] += its gradient for the weights.
void norm_backward(const float *x, const float *w, const float *inverse, const bf *gy, const float *g, float *gx, float *gw, long rows, long width)
{
    for (long r = 0; r < rows; r++) {
        const float *a = x + r * width; float f = inverse[r], dot = 0, h[1024];
        for (long i = 0; i < width; i++) { float y = widen(gy[r * width + i]); gw[i] += y * a[i] * f; h[i] = y * w[i]; dot += h[i] * a[i]; }
        dot *= f * f / width;
        for (long i = 0; i < width; i++) gx[r * width + i] = g[r * width + i] + f * (h[i] - a[i] * dot);
    }
}

// gu [rows, 2 * hidden] is gate and up; a [rows, hidden] = silu(gate) * up.
void swiglu_forward(const bf *gu, bf *a, long rows, long hidden)
{
    #pragma omp parallel for schedule(static)
    for (long r = 0; r < rows; r++)
        for (long i = 0; i < hidden; i++) {
            float gate = widen(gu[2 * r * hidden + i]), up = widen(gu[(2 * r + 1) * hidden + i]);
            a[r * hidden + i] = narrow(gate / (1 + expf(-gate)) * up);
        }
}

void swiglu_backward(const bf *gu, const bf *ga, bf *ggu, long rows, long hidden)
{
    #pragma omp parallel for schedule(static)
    for (long r = 0; r < rows; r++)
        for (long i = 0; i < hidden; i++) {
            float gate = widen(gu[2 * r * hidden + i]), up = widen(gu[(2 * r + 1) * hidden + i]), g = widen(ga[r * hidden + i]), s = 1 / (1 + expf(-gate));
            ggu[2 * r * hidden + i] = narrow(g * up * s * (1 + gate * (1 - s))); ggu[(2 * r + 1) * hidden + i] = narrow(g * gate * s);
        }
}
