using System.Text;
using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling;
using KvCompose.Models.Tokenizers;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>Tokens as text and bytes, for logprobs.</summary>
internal static class TokenTexts
{
    public static TokenLogprob Of(Tokenizer tokenizer, SampledToken token, IReadOnlyList<SampledToken>? alternatives)
    {
        byte[] bytes = tokenizer.BytesOf(token.Id).ToArray();
        return new TokenLogprob(
            Text(tokenizer, token.Id), Finite(token.LogProbability), [.. bytes.Select(static one => (int)one)],
            alternatives is null ? null : [.. alternatives.Select(other => Of(tokenizer, other, null))]);
    }

    public static string Text(Tokenizer tokenizer, int token)
    {
        ReadOnlySpan<byte> bytes = tokenizer.BytesOf(token);
        return bytes.IsEmpty ? tokenizer.SpellingOf(token) ?? "" : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>JSON has no infinity: a token that could not follow has the least number.</summary>
    public static float Finite(float logarithm) => float.IsFinite(logarithm) ? logarithm : -9999;
}
