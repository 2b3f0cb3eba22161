using System.Threading.Channels;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>Several answers in the order in which their pieces come.</summary>
internal static class Merged
{
    /// <summary>Reads all answers. The last piece of each is null. An error ends all.</summary>
    public static async IAsyncEnumerable<(int Index, T? Piece)> ReadAsync<T>(
        IReadOnlyList<IAsyncEnumerable<T>> answers, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        where T : struct
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Whoever reads slowly holds up nobody but itself: answers wait in their own channels.
        var pieces = Channel.CreateBounded<(int, T?)>(64);
        Task[] readers = [.. answers.Select((answer, index) => PumpAsync(answer, index, pieces.Writer, all))];
        Task ends = EndAsync(readers, pieces.Writer);
        try
        {
            await foreach ((int, T?) piece in pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            await all.CancelAsync().ConfigureAwait(false);
            await ends.ConfigureAwait(false);
        }
    }

    private static async Task PumpAsync<T>(IAsyncEnumerable<T> answer, int index, ChannelWriter<(int, T?)> pieces,
        CancellationTokenSource all)
        where T : struct
    {
        try
        {
            await foreach (T piece in answer.WithCancellation(all.Token).ConfigureAwait(false))
            {
                await pieces.WriteAsync((index, piece), all.Token).ConfigureAwait(false);
            }

            await pieces.WriteAsync((index, null), all.Token).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            pieces.TryComplete(problem);
            await all.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task EndAsync<T>(Task[] readers, ChannelWriter<(int, T?)> pieces)
        where T : struct
    {
        await Task.WhenAll(readers).ConfigureAwait(false);
        pieces.TryComplete();
    }
}
