using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvCompose.Serving.Chat;

/// <summary>Takes calls of tools out of an answer as it comes. Text that may become a call is held back until it is known.</summary>
/// <param name="format">How calls are written.</param>
/// <param name="tools">The functions that there are: an object that names none of them is text.</param>
internal sealed class ToolCallReader(ToolCallFormat format, IReadOnlySet<string> tools)
{
    private static readonly SearchValues<char> Between = SearchValues.Create(" \t\r\n;,");

    private readonly StringBuilder _held = new();
    private bool _begun;

    /// <summary>Whether a call has been found.</summary>
    public bool Called { get; private set; }

    /// <summary>Adds text, and returns what is certain by now.</summary>
    /// <param name="text">Further text.</param>
    /// <param name="ends">Whether it is the last.</param>
    public (string Text, IReadOnlyList<ToolCall> Calls) Add(string text, bool ends)
    {
        _held.Append(text);
        var certain = new StringBuilder();
        var calls = new List<ToolCall>();
        while (_held.Length > 0 && Take(certain, calls, ends))
        {
        }

        return (certain.ToString(), calls);
    }

    /// <returns>Whether anything was taken, so that there may be more.</returns>
    private bool Take(StringBuilder certain, List<ToolCall> calls, bool ends)
    {
        string held = _held.ToString();
        int start = Start(held);
        if (start < 0)
        {
            int keep = ends ? 0 : HeldBack(held);
            Give(certain, held[..^keep]);
            _held.Remove(0, held.Length - keep);
            return false;
        }

        int open = held.IndexOf('{', start + format.Opening.Length);
        if (open >= 0 && JsonSpan.End(held, open) is { } end)
        {
            if (Parse(held[open..end]) is { } call)
            {
                if (!ends && MayBeClosed(held, end))
                {
                    return false; // What closes the call is on its way.
                }

                Give(certain, held[..start].TrimEnd());
                calls.Add(call);
                Called = true;
                _held.Remove(0, Behind(held, end));
            }
            else
            {
                Give(certain, held[..end]);
                _held.Remove(0, end);
            }

            return true;
        }

        if (ends)
        {
            Give(certain, held); // A call that broke off is what the model said.
            _held.Clear();
        }

        return false;
    }

    /// <summary>Where a call may begin: with its opening, or, where there is none, with the answer itself.</summary>
    private int Start(string held)
    {
        if (format.Opening.Length > 0)
        {
            return held.IndexOf(format.Opening, StringComparison.Ordinal);
        }

        int first = held.AsSpan().IndexOfAnyExcept(Between);
        return !_begun && first >= 0 && held[first] == '{' ? first : -1;
    }

    private int HeldBack(string held)
    {
        if (format.Opening.Length == 0)
        {
            return !_begun && string.IsNullOrWhiteSpace(held) ? held.Length : 0;
        }

        for (int length = Math.Min(format.Opening.Length - 1, held.Length); length > 0; length--)
        {
            if (held.EndsWith(format.Opening[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }

    private void Give(StringBuilder certain, string text)
    {
        if (Called && string.IsNullOrWhiteSpace(text))
        {
            return; // Between calls.
        }

        _begun |= !string.IsNullOrWhiteSpace(text);
        certain.Append(text);
    }

    /// <summary>Whether further text may complete what closes a call.</summary>
    private bool MayBeClosed(string held, int end)
    {
        ReadOnlySpan<char> rest = held.AsSpan(end).TrimStart();
        return rest.Length < format.Closing.Length && format.Closing.AsSpan().StartsWith(rest);
    }

    private int Behind(string held, int end)
    {
        int behind = end;
        while (behind < held.Length && char.IsWhiteSpace(held[behind]))
        {
            behind++;
        }

        return format.Closing.Length > 0 && held.AsSpan(behind).StartsWith(format.Closing) ? behind + format.Closing.Length : end;
    }

    private ToolCall? Parse(string json)
    {
        try
        {
            if (JsonNode.Parse(json) is JsonObject fields
                && fields[format.Name] is JsonValue value && value.TryGetValue(out string? name) && tools.Contains(name)
                && fields[format.Arguments] is JsonObject arguments)
            {
                return new ToolCall("call_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), name, arguments.ToJsonString());
            }
        }
        catch (JsonException)
        {
            // It is text.
        }

        return null;
    }
}
