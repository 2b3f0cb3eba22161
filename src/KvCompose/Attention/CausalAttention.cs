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
        Dispatch(workers, workspace, shape, queries, keyTiles, values, tokens, null, tokens, attended, logSumExp, null, cancellation);
    }

    /// <summary>As <see cref="Run"/>, for a layer whose tokens do not see all before them.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="workspace">Scratch memory, not used by two calls at once.</param>
    /// <param name="shape">The heads.</param>
    /// <param name="queries">[tokens, Hq, d], rotated, not scaled.</param>
    /// <param name="keyTiles">The keys as <see cref="KeyTiles"/> packs them.</param>
    /// <param name="values">[tokens, Hkv, d].</param>
    /// <param name="firstKeys">The first token that each token sees, ascending, each at most itself.</param>
    /// <param name="attended">Receives [tokens, Hq, d]. May be <paramref name="queries"/>.</param>
    /// <param name="cancellation">Looked at between blocks; the outputs are then incomplete.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ArgumentException">The shape is not one that can be computed.</exception>
    public static void RunWindow(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, float* keyTiles, float* values,
        ReadOnlySpan<int> firstKeys, float* attended, CancellationToken cancellation = default)
    {
        shape.Validate();
        fixed (int* first = firstKeys)
        {
            Dispatch(
                workers, workspace, shape, queries, keyTiles, values, firstKeys.Length, null, firstKeys.Length, attended, null, first, cancellation);
        }
    }

    /// <summary>Attention of rows over tokens from before, of which every head has its own, and over themselves and the rows before them.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="workspace">Scratch memory, not used by two calls at once.</param>
    /// <param name="shape">The heads.</param>
    /// <param name="queries">[rows, Hq, d], rotated, not scaled.</param>
    /// <param name="sources">Keys and values of some key-value heads.</param>
    /// <param name="firstHead">The first of these heads.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="attended">Receives [rows, Hq, d], the query heads of these heads. May be <paramref name="queries"/>.</param>
    /// <param name="logSumExp">Receives, if not null, [Hq, rows].</param>
    /// <param name="firstKeys">[rows], ascending: the first key that a row sees, the same in every head; empty where it sees all before it.</param>
    /// <param name="cancellation">Looked at between blocks; the outputs are then incomplete.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ArgumentException">The shape is not one that can be computed.</exception>
    public static void RunBehind(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, ReadOnlySpan<AttendedKeys> sources, int firstHead,
        int rows, float* attended, float* logSumExp, ReadOnlySpan<int> firstKeys, CancellationToken cancellation = default)
    {
        shape.Validate();
        cancellation.ThrowIfCancellationRequested();
        fixed (AttendedKeys* keys = sources)
        fixed (int* first = firstKeys)
        {
            var block = new CausalBlock
            {
                Shape = shape,
                Queries = queries,
                Sources = keys,
                FirstHead = firstHead,
                HeadCount = sources.Length,
                FirstKeys = first,
                RowCount = rows,
                Attended = attended,
                LogSumExp = logSumExp,
                Cancellation = cancellation,
                Layout = new BlockLayout(shape, rows, workers.Count),
            };
            Spread(workers, workspace, block);
        }
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
                workers, workspace, shape, queries, keyTiles, values, tokens, chosen, rows.Length, attended, logSumExp, null, cancellation);
        }
    }

    private static void Dispatch(
        WorkerPool workers, AttentionWorkspace workspace, AttentionShape shape, float* queries, float* keyTiles, float* values,
        int tokens, int* rows, int rowCount, float* attended, float* logSumExp, int* firstKeys, CancellationToken cancellation)
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
            HeadCount = shape.KeyValueHeads,
            FirstKeys = firstKeys,
            Attended = attended,
            LogSumExp = logSumExp,
            Cancellation = cancellation,
            Layout = new BlockLayout(shape, rowCount, workers.Count),
        };
        Spread(workers, workspace, block);
    }

    private static void Spread(WorkerPool workers, AttentionWorkspace workspace, CausalBlock block)
    {
        workspace.Reserve(workers.Count, block.Layout.Floats);
        block.Scratch = workspace.Floats;
        block.Sinks = workspace.Sinks;
        workers.Run(ref block, block.Layout.Blocks * block.HeadCount);
        GC.KeepAlive(workspace);
    }
}
