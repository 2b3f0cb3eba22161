using System.Reflection;
using System.Reflection.Emit;

namespace KvCompose.Combinations.Intermediate;

/// <summary>Reads the intermediate language of what runs at every token, and names what a token must not pay for.</summary>
internal static class LoopReader
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!).ToDictionary(static code => code.Value);

    /// <summary>The methods of a pipeline that a decode step calls: the step itself and the loops.</summary>
    public static IEnumerable<MethodInfo> Methods(Type pipeline)
    {
        Type session = pipeline.GetNestedType("Session`1", BindingFlags.Public | BindingFlags.NonPublic)!;
        yield return session.GetMethod("DecodeLayers", Declared)!;
        foreach (string name in (string[])["DecodeLoops", "PrefillLoops", "PageOps"])
        {
            Type loops = pipeline.GetNestedType(name, BindingFlags.Public | BindingFlags.NonPublic)!;
            foreach (MethodInfo method in loops.GetNestedTypes(Declared).Prepend(loops).SelectMany(static type => type.GetMethods(Declared)))
            {
                yield return method;
            }
        }
    }

    /// <summary>Calls over interfaces or delegates and boxed values, each with its method. A call that a type parameter constrains is direct.</summary>
    public static IEnumerable<string> Costs(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        bool constrained = false;
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = Codes[code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at]];
            at += operation.Size;
            if (operation == OpCodes.Box)
            {
                yield return $"{Name(method)} boxes";
            }
            else if (operation == OpCodes.Callvirt && !constrained)
            {
                MethodBase called = method.Module.ResolveMethod(
                    BitConverter.ToInt32(code, at), method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments())!;
                if (called.DeclaringType!.IsInterface || called.DeclaringType.IsSubclassOf(typeof(Delegate)))
                {
                    yield return $"{Name(method)} calls {called.DeclaringType.Name}.{called.Name} indirectly";
                }
            }

            constrained = operation == OpCodes.Constrained;
            at += operation.OperandType == OperandType.InlineSwitch ? 4 + (4 * BitConverter.ToInt32(code, at)) : OperandBytes(operation.OperandType);
        }
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";

    private static int OperandBytes(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
