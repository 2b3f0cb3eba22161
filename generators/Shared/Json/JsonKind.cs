namespace KvCompose.Shared.Json;

/// <summary>What a JSON value is.</summary>
internal enum JsonKind
{
    Null,
    Flag,
    Number,
    Text,
    List,
    Object,
}
