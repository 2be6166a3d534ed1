variable "table_name" {
  description = "The application's NEXT_CACHE_DYNAMODB_TABLE"
  type        = string
  default     = "nextjs-cache"
}
