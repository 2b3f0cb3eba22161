using System.Numerics;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Whether a value counts as true.</summary>
internal static class Truth
{
    public static bool Of(object value) => value switch
    {
        bool b => b,
        None or Undefined => false,
        BigInteger i => !i.IsZero,
        double d => d != 0,
        Text text => text.Value.Length > 0,
        ListValue list => list.Items.Count > 0,
        TupleValue tuple => tuple.Items.Length > 0,
        DictValue dict => dict.Count > 0,
        DictView view => view.Dict.Count > 0,
        RangeValue range => range.Count > 0,
        BytesValue bytes => bytes.Bytes.Length > 0,
        LoopValue loop => loop.Count > 0,
        _ => true,
    };
}
