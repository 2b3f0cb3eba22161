using System.ComponentModel;
using KvCompose.Threading;

namespace KvCompose.Attention;

/// <summary>
/// Exact causal attention of a prompt, blockwise with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022,
/// "FlashAttention"): no n × n matrix exists. The query heads of a group share every block of keys and values that is loaded.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CausalAttention
{
    /// <summary>Attention of every token over itself and all tokens before it.</summary>
    /// <param name="workers">Threads; blocks of (key-value head, queries) are spread over them.</param>
    /// <param name="workspace">Scratch memory, not used by two calls at once.</param>
    /// <param name="shape">The heads.</param>
    /// <param name="queries">[tokens, Hq, d], rotated, not scaled.</param>
    /// <param name="keyTiles">The keys as <see cref="KeyTiles"/> packs them.</param>
    /// <param name="values">[tokens, Hkv, d].</param>
    /// <param name="tokens">n.</param>
    /// <param name="attended">Receives [tokens, Hq, d]. May be <paramref name="queries"/>.</param>
    /// <param name="logSumExp">Receives, if not null, [Hq, tokens]: ln Σ exp(q·k / √d) of every query over the keys it sees.</param>
    /// <param name="cancellation">Looked at between blocks; the outputs are then incomplete.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ArgumentException">The shape is not one that can be computed.</exception>
    public static void Run(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, float* keyTiles, float* values,
        int tokens, float* attended, float* logSumExp, CancellationToken cancellation = default)
    {
        shape.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        Dispatch(workers, workspace, shape, queries, keyTiles, values, tokens, null, tokens, attended, logSumExp, cancellation);
    }

    /// <summary>As <see cref="Run"/>, for chosen queries only; keys and values remain those of all tokens.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="workspace">Scratch memory, not used by two calls at once.</param>
    /// <param name="shape">The heads.</param>
    /// <param name="queries">[tokens, Hq, d]; only the chosen rows are read.</param>
    /// <param name="keyTiles">The keys as <see cref="KeyTiles"/> packs them.</param>
    /// <param name="values">[tokens, Hkv, d].</param>
    /// <param name="tokens">n.</param>
    /// <param name="rows">The chosen tokens, strictly ascending.</param>
    /// <param name="attended">Receives [rows, Hq, d], without gaps. Must not overlap <paramref name="queries"/>.</param>
    /// <param name="logSumExp">Receives, if not null, [Hq, rows].</param>
    /// <param name="cancellation">Looked at between blocks; the outputs are then incomplete.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ArgumentException">The rows do not ascend within the tokens, or the shape cannot be computed.</exception>
    public static void RunRows(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, float* keyTiles, float* values,
        int tokens, ReadOnlySpan<int> rows, float* attended, float* logSumExp, CancellationToken cancellation = default)
    {
        shape.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        int previous = -1;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] <= previous || rows[i] >= tokens)
            {
                throw new ArgumentException($"row {i} is {rows[i]}: rows ascend strictly from 0 to below {tokens}", nameof(rows));
            }

            previous = rows[i];
        }

        fixed (int* chosen = rows)
        {
            Dispatch(
                workers, workspace, shape, queries, keyTiles, values, tokens, chosen, rows.Length, attended, logSumExp, cancellation);
        }
    }

    private static void Dispatch(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, float* keyTiles, float* values,
        int tokens, int* rows, int rowCount, float* attended, float* logSumExp, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (rowCount == 0)
        {
            return;
        }

        var block = new CausalBlock
        {
            Shape = shape,
            Queries = queries,
            KeyTileFloats = keyTiles,
            Values = values,
            Tokens = tokens,
            Rows = rows,
            RowCount = rowCount,
            Attended = attended,
            LogSumExp = logSumExp,
            Cancellation = cancellation,
            Layout = new BlockLayout(shape, rowCount, workers.Count),
        };
        workspace.Reserve(workers.Count, block.Layout.Floats);
        block.Scratch = workspace.Floats;
        workers.Run(ref block, block.Layout.Blocks * shape.KeyValueHeads);
        GC.KeepAlive(workspace);
    }
}
