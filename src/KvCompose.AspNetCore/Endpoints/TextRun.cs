using System.Text;
using System.Text.Json;
using KvCompose.AspNetCore.Requests;
using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling;
using KvCompose.Serving;
using Microsoft.AspNetCore.Http;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>The answers of one completion of text, streamed or not: both read the same pieces.</summary>
internal sealed class TextRun(ServerState state, TextParameters parameters, IReadOnlyList<Generation> answers, string id)
{
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly int[] _offsets = new int[answers.Count];

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
    {
        StringBuilder[] texts = [.. answers.Select(static _ => new StringBuilder())];
        List<TextLogprobs>[] logprobs = [.. answers.Select(static _ => new List<TextLogprobs>())];
        await foreach ((int index, GeneratedPiece? piece) in Merged.ReadAsync<GeneratedPiece>([.. answers],
            cancellation).ConfigureAwait(false))
        {
            texts[index].Append(piece?.Text);
            if (piece is { } some && Logprobs(index, some) is { } one)
            {
                logprobs[index].Add(one);
            }
        }

        TextChoice[] choices = [.. answers.Select((answer, index) => new TextChoice(
            index, texts[index].ToString(), parameters.Logprobs ? Joined(logprobs[index]) : null, Figures.Finish(answer.Finish)))];
        response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(response.Body, Completion(choices, Usage()), PayloadJson.Default.TextCompletion,
            cancellation).ConfigureAwait(false);
    }

    public async Task StreamAsync(HttpResponse response, CancellationToken cancellation)
    {
        var events = new EventStream(response);
        IAsyncEnumerator<(int Index, GeneratedPiece? Piece)> pieces = Merged.ReadAsync<GeneratedPiece>([.. answers],
            cancellation).GetAsyncEnumerator(cancellation);
        await using (pieces.ConfigureAwait(false))
        {
            bool more = await pieces.MoveNextAsync().ConfigureAwait(false);
            await events.BeginAsync(cancellation).ConfigureAwait(false);
            try
            {
                for (; more; more = await pieces.MoveNextAsync().ConfigureAwait(false))
                {
                    (int index, GeneratedPiece? piece) = pieces.Current;
                    TextLogprobs? logprobs = piece is { } some ? Logprobs(index, some) : null;
                    if (piece is null || piece.Value.Text.Length > 0 || logprobs is not null)
                    {
                        var choice = new TextChoice(index, piece?.Text ?? "", logprobs, piece is null
                            ? Figures.Finish(answers[index].Finish) : null);
                        await events.SendAsync(Completion([choice], null), PayloadJson.Default.TextCompletion,
                            cancellation).ConfigureAwait(false);
                    }
                }

                if (parameters.Common.IncludeUsage)
                {
                    await events.SendAsync(Completion([], Usage()), PayloadJson.Default.TextCompletion, cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception problem) when (!cancellation.IsCancellationRequested)
            {
                await events.SendAsync(Guarded.Body(ErrorMapping.Of(problem)), PayloadJson.Default.ErrorBody,
                    cancellation).ConfigureAwait(false);
            }

            await events.EndAsync(cancellation).ConfigureAwait(false);
        }
    }

    private TextLogprobs? Logprobs(int index, GeneratedPiece piece)
    {
        if (!parameters.Logprobs || piece.Token is not { } token)
        {
            return null;
        }

        KvCompose.Models.Tokenizers.Tokenizer tokenizer = state.Engine.Model.Tokenizer;
        string text = TokenTexts.Text(tokenizer, token.Id);
        var best = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (SampledToken other in piece.Alternatives)
        {
            best.TryAdd(TokenTexts.Text(tokenizer, other.Id), TokenTexts.Finite(other.LogProbability));
        }

        int offset = _offsets[index];
        _offsets[index] += text.Length;
        return new TextLogprobs([text], [TokenTexts.Finite(token.LogProbability)], [best], [offset]);
    }

    private static TextLogprobs Joined(List<TextLogprobs> parts) => new(
        [.. parts.SelectMany(static part => part.Tokens)], [.. parts.SelectMany(static part => part.TokenLogprobs)],
        [.. parts.SelectMany(static part => part.TopLogprobs)], [.. parts.SelectMany(static part => part.TextOffset)]);

    private Usage Usage() => Figures.Of(answers, parameters.Prompts.Count);

    private TextCompletion Completion(IReadOnlyList<TextChoice> choices, Usage? usage)
        => new(id, "text_completion", _created, parameters.Common.Model, choices, usage);
}
