using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>
/// Cuts where the script changes. Hiragana, Katakana and the prolonged sound mark count as Han; the space and characters
/// without a script belong to whatever surrounds them, but those before the first other character are lost, as in the published library.
/// </summary>
internal sealed class UnicodeScripts : IPreTokenizer
{
    private const int Any = -1;

    private static readonly int s_han = Script("Han"), s_hiragana = Script("Hiragana"), s_katakana = Script("Katakana");

    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        var result = new List<(int Start, int End)>();
        foreach ((int start, int end) in pieces.Ranges)
        {
            int from = -1, last = Any;
            for (int i = start; i < end; i += CodePoints.Length(pieces.Text.Text, i))
            {
                int script = Of(CodePoints.At(pieces.Text.Text, i));
                if (script == Any || script == last)
                {
                    continue;
                }

                if (from >= 0)
                {
                    result.Add((from, i));
                }

                (from, last) = (i, script);
            }

            if (from >= 0)
            {
                result.Add((from, end));
            }
        }

        pieces.Replace(result);
    }

    private static int Of(int c)
    {
        if (c == ' ' || !UnicodeData.Tables.OldAssigned.Contains(c))
        {
            return Any;
        }

        int script = UnicodeData.Tables.Scripts.Find(c, Any);
        return script == s_hiragana || script == s_katakana || c == 0x30FC ? s_han : script;
    }

    private static int Script(string name) => Array.IndexOf(UnicodeData.Tables.ScriptNames, name);
}
