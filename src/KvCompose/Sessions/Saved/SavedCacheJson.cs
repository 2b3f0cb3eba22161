using System.Text.Json.Serialization;

namespace KvCompose.Sessions.Saved;

[JsonSerializable(typeof(SavedCacheHeader))]
internal sealed partial class SavedCacheJson : JsonSerializerContext;
